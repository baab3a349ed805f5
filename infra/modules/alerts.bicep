// Who is told when callers are not served: the relay is down, starts over and over or is full, the functions break, calls end
// in errors.
param location string
param tags object

@minLength(13)
@maxLength(13)
param token string

@description('Empty: alerts show in the portal and mail nobody.')
param email string
param workspaceId string
param relayId string
param relayReplicas int

var actionGroups = empty(email) ? [] : [owner!.id]

resource owner 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'owner-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'phone-agent'
    enabled: true
    emailReceivers: [{ name: 'owner', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var metrics = [
  {
    name: 'relay-unavailable'
    description: 'Fewer replicas of the relay are running than there should be.'
    severity: 0
    scope: relayId
    namespace: 'Microsoft.App/containerApps'
    metric: 'Replicas'
    aggregation: 'Maximum'
    operator: 'LessThan'
    threshold: relayReplicas
  }
  {
    name: 'relay-restarts'
    description: 'The relay starts over and over.'
    severity: 1
    scope: relayId
    namespace: 'Microsoft.App/containerApps'
    metric: 'RestartCount'
    aggregation: 'Maximum'
    operator: 'GreaterThan'
    threshold: 2
  }
]

var searches = [
  { name: 'error-ends', description: 'Calls end in errors: Gemini unreachable, streams lost, or an error of the relay.', severity: 1, threshold: 3, query: loadTextContent('../queries/alert-error-ends.kql') }
  { name: 'webhooks-fail', description: 'The functions break or cannot reach the call log: callers hear an apology.', severity: 1, threshold: 2, query: loadTextContent('../queries/alert-webhooks.kql') }
  { name: 'relay-full', description: 'The relay turns callers away because it is full: raise relayReplicas or relayMaxCalls.', severity: 1, threshold: 0, query: loadTextContent('../queries/alert-full.kql') }
  { name: 'vault-unreadable', description: 'A service has not been able to read its vault; it goes on with the secrets it has.', severity: 2, threshold: 1, query: loadTextContent('../queries/alert-vault.kql') }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metrics: {
    name: '${alert.name}-${token}'
    location: 'global'
    tags: tags
    properties: {
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [alert.scope]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricNamespace: alert.namespace
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: alert.operator
            threshold: alert.threshold
          }
        ]
      }
      actions: map(actionGroups, id => { actionGroupId: id })
    }
  }
]

resource searchAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in searches: {
    name: '${alert.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Phone agent: ${alert.name}'
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      skipQueryValidation: true // the tables come with the first line that is logged
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: actionGroups }
    }
  }
]
