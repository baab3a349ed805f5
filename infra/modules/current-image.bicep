// The image a container app runs now, so that provisioning again does not take it back.
param name string

resource app 'Microsoft.App/containerApps@2025-07-01' existing = {
  name: name
}

output image string = app.properties.template.containers[0].image
