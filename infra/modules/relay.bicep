// The media relay on Container Apps, its environment, and the registry its image comes from.
@minLength(2)
@maxLength(32)
param name string
param location string
param tags object

@minLength(13)
@maxLength(13)
param token string

@description('The image azd has pushed; empty when it has not, or nobody noted it.')
param image string

@description('Whether the app exists; then, with no image given, it keeps the one it runs.')
param exists bool
param identityId string
param identityPrincipalId string
param workspaceId string
param replicas int
param cpu string
param memory string
param drainSeconds int

@description('Environment variables: configuration only, never a secret.')
param settings object

// AcrPull
var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var port = 8080

// Before the first deployment there is no image. This one listens on our port and answers /healthz, so neither the ingress
// nor the probes have to change when azd puts ours in its place; only /readyz it does not know.
var placeholder = 'mcr.microsoft.com/dotnet/samples:aspnetapp'
var keptImage = empty(image) ? (exists ? current!.outputs.image : placeholder) : image

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, identityPrincipalId, acrPull)
  scope: registry
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
  }
}

resource managedEnvironment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: { destination: 'azure-monitor' }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    publicNetworkAccess: 'Enabled'
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: managedEnvironment
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

module current 'current-image.bicep' = if (exists && empty(image)) {
  name: 'current-image'
  params: { name: name }
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'media-relay' })
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    environmentId: managedEnvironment.id
    workloadProfileName: 'Consumption'
    configuration: {
      // A deployment starts the new revision, waits for its probes, moves new streams there and then ends the old one, whose
      // calls are handed over as it drains. With several revisions active nothing would end the old one.
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 5
      ingress: {
        external: true
        targetPort: port
        transport: 'http'
        allowInsecure: false
      }
      registries: [{ server: registry.properties.loginServer, identity: identityId }]
    }
    template: {
      // Longer than the drain and what follows it. Kills after a minute were reported whatever was asked for.
      terminationGracePeriodSeconds: min(600, max(60, drainSeconds + 30))
      containers: [
        {
          name: 'media-relay'
          image: keptImage
          resources: { cpu: json(cpu), memory: memory }
          env: map(items(settings), setting => { name: setting.key, value: setting.value })
          // The vault may take a minute to let a new identity read, and nothing listens before; 10 failures are the most there can be.
          probes: concat(
            [
              { type: 'Startup', httpGet: { path: '/healthz', port: port }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 10 }
              { type: 'Liveness', httpGet: { path: '/healthz', port: port }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }
            ],
            keptImage == placeholder
              ? []
              : [{ type: 'Readiness', httpGet: { path: '/readyz', port: port }, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2 }]
          )
        }
      ]
      // As many as there are: scaling in does not look at open streams.
      scale: { minReplicas: replicas, maxReplicas: replicas }
    }
  }
  dependsOn: [pulls]
}

output id string = app.id
output registryEndpoint string = registry.properties.loginServer
output streamUrl string = 'wss://${name}.${managedEnvironment.properties.defaultDomain}/stream'
