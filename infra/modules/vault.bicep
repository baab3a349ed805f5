// One service's secrets. They are written only when given, so that provisioning again undoes no rotation.
@minLength(3)
@maxLength(24)
param name string
param location string
param tags object

@description('Who may read the secrets, and no more than that.')
param readerPrincipalId string

@description('Log Analytics workspace that the access log goes to.')
param workspaceId string

@description('Values by name; empty ones are not written.')
@secure()
param secrets object

// Key Vault Secrets User
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

// The names are no secret, but a loop may not run over a secure value.
var names = [
  'Twilio--AuthToken'
  'Twilio--ApiKeySid'
  'Twilio--ApiKeySecret'
  'PhoneAgent--TicketKey'
  'Gemini--ApiKey'
]

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
  }
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = [
  for one in names: if (!empty(secrets[?one] ?? '')) {
    parent: vault
    name: one
    properties: {
      value: secrets[?one] ?? ''
      attributes: { enabled: true }
    }
  }
]

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, readerPrincipalId, secretsUser)
  scope: vault
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource accessLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
