// Logs of both services, traces of the functions, and the queries worth saving over them.
param location string
param tags object

@minLength(13)
@maxLength(13)
param token string
param retentionDays int

@description('Who may send traces to Application Insights.')
param publisherPrincipalId string

// Monitoring Metrics Publisher
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

var queries = [
  { id: 'calls', title: 'Calls by hour and agent', text: loadTextContent('../queries/calls.kql') }
  { id: 'latency', title: 'How long callers wait for an answer', text: loadTextContent('../queries/latency.kql') }
  { id: 'ends', title: 'Ends of streams by reason', text: loadTextContent('../queries/ends.kql') }
  { id: 'refusals', title: 'What was refused, and why', text: loadTextContent('../queries/refusals.kql') }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource publishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(appInsights.id, publisherPrincipalId, metricsPublisher)
  scope: appInsights
  properties: {
    principalId: publisherPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

resource savedQueries 'Microsoft.OperationalInsights/workspaces/savedSearches@2025-07-01' = [
  for query in queries: {
    parent: workspace
    name: 'phone-agent-${query.id}'
    properties: {
      category: 'Phone agent'
      displayName: query.title
      query: query.text
      version: 2
    }
  }
]

output workspaceId string = workspace.id

@description('Names the resource; with local authentication off it opens nothing.')
output appInsightsConnectionString string = appInsights.properties.ConnectionString
