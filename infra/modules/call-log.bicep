// The call log and its documents: one container, no keys, and a date on which everything goes.
@minLength(3)
@maxLength(24)
param name string
param location string
param tags object

@description('Who may append and read.')
param writerPrincipalIds string[]
param callRetentionDays int
param recordingRetentionDays int

// Storage Blob Data Contributor
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource calls 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'calls'
  properties: { publicAccess: 'None' }
}

// The folders of the call log: an append blob for each call, block blobs for all else.
resource retention 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-calls'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['appendBlob'], prefixMatch: ['calls/calls/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: callRetentionDays } } }
          }
        }
        {
          name: 'delete-documents'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['calls/days/', 'calls/claims/', 'calls/outbound/', 'calls/caps/', 'calls/live/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: callRetentionDays } } }
          }
        }
        {
          name: 'delete-recordings'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob', 'appendBlob'], prefixMatch: ['calls/recordings/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: recordingRetentionDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

resource writes 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in writerPrincipalIds: {
    name: guid(calls.id, principalId, blobDataContributor)
    scope: calls
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    }
  }
]

output address string = '${account.properties.primaryEndpoints.blob}${calls.name}'
