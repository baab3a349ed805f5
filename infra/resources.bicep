// The resource group: identities and vaults first, then the stores, what watches, the relay, and the function app.
// What the parameters mean, and what they may be, stands in main.bicep.
param location string
param tags object

@minLength(13)
@maxLength(13)
param token string
param relayImage string
param relayExists bool
param twilioAccountSid string
param twilioPhoneNumber string
@secure()
param twilioAuthToken string
@secure()
param twilioApiKeySid string
@secure()
param twilioApiKeySecret string
@secure()
param geminiApiKey string
@secure()
param ticketKey string
param summarizeCalls bool
param textModel string
param liveModel string
param agents object
param toolAddresses object
param connectMessage string
param apologyMessage string
param fallbackNumber string
param outboundEnabled bool
param outboundAllowedPrefixes string[]
param outboundMaxPerDestinationPerDay int
param outboundMaxPerHour int
param inboundBlockedPrefixes string[]
param inboundMaxConcurrentPerCaller int
param maxCallMinutes int
param relayReplicas int
param relayCpu string
param relayMemory string
param relayMaxCalls int
param relayDrainSeconds int
param functionInstanceMemoryMB int
param functionAlwaysReady int
param functionMaxInstances int
param callRetentionDays int
param recordingRetentionDays int
param logRetentionDays int
param alertEmail string
param monthlyBudget int
param budgetStart string
param otlpEndpoint string

var relayName = 'ca-relay-${token}'

module functionsIdentity 'modules/identity.bicep' = {
  name: 'functions-identity'
  params: { name: 'id-functions-${token}', location: location, tags: tags }
}

module relayIdentity 'modules/identity.bicep' = {
  name: 'relay-identity'
  params: { name: 'id-relay-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    location: location
    tags: tags
    token: token
    retentionDays: logRetentionDays
    publisherPrincipalId: functionsIdentity.outputs.principalId
  }
}

// A vault for each service: the relay, which is open to the internet all day, can read nothing of Twilio's.
module functionsVault 'modules/vault.bicep' = {
  name: 'functions-vault'
  params: {
    name: 'kv-f-${token}'
    location: location
    tags: tags
    readerPrincipalId: functionsIdentity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    secrets: {
      'Twilio--AuthToken': twilioAuthToken
      'Twilio--ApiKeySid': twilioApiKeySid
      'Twilio--ApiKeySecret': twilioApiKeySecret
      'PhoneAgent--TicketKey': ticketKey
      'Gemini--ApiKey': summarizeCalls ? geminiApiKey : ''
    }
  }
}

module relayVault 'modules/vault.bicep' = {
  name: 'relay-vault'
  params: {
    name: 'kv-r-${token}'
    location: location
    tags: tags
    readerPrincipalId: relayIdentity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    secrets: {
      'PhoneAgent--TicketKey': ticketKey
      'Gemini--ApiKey': geminiApiKey
    }
  }
}

module callLog 'modules/call-log.bicep' = {
  name: 'call-log'
  params: {
    name: 'stcalls${token}'
    location: location
    tags: tags
    writerPrincipalIds: [functionsIdentity.outputs.principalId, relayIdentity.outputs.principalId]
    callRetentionDays: callRetentionDays
    recordingRetentionDays: recordingRetentionDays
  }
}

module relay 'modules/relay.bicep' = {
  name: 'relay'
  params: {
    name: relayName
    location: location
    tags: tags
    token: token
    image: relayImage
    exists: relayExists
    identityId: relayIdentity.outputs.id
    identityPrincipalId: relayIdentity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    replicas: relayReplicas
    cpu: relayCpu
    memory: relayMemory
    drainSeconds: relayDrainSeconds
    settings: union(
      {
        AZURE_CLIENT_ID: relayIdentity.outputs.clientId
        Twilio__AccountSid: twilioAccountSid
        PhoneAgent__CallLog: callLog.outputs.address
        PhoneAgent__KeyVaultUri: relayVault.outputs.uri
        Gemini__Model: liveModel
        Gemini__TextModel: textModel
        Relay__MaxCallMinutes: string(maxCallMinutes)
        Relay__MaxCalls: string(relayMaxCalls)
        Relay__DrainSeconds: string(relayDrainSeconds)
      },
      empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
      toObject(items(toolAddresses), tool => 'Tools__Addresses__${tool.key}', tool => tool.value)
    )
  }
}

module functions 'modules/functions.bicep' = {
  name: 'functions'
  params: {
    location: location
    tags: tags
    token: token
    identityId: functionsIdentity.outputs.id
    identityPrincipalId: functionsIdentity.outputs.principalId
    identityClientId: functionsIdentity.outputs.clientId
    appInsightsConnectionString: monitoring.outputs.appInsightsConnectionString
    instanceMemoryMB: functionInstanceMemoryMB
    alwaysReady: functionAlwaysReady
    maxInstances: functionMaxInstances
    settings: union(
      {
        Twilio__AccountSid: twilioAccountSid
        PhoneAgent__StreamUrl: relay.outputs.streamUrl
        PhoneAgent__CallLog: callLog.outputs.address
        PhoneAgent__KeyVaultUri: functionsVault.outputs.uri
        Gemini__TextModel: textModel
        Relay__MaxCallMinutes: string(maxCallMinutes)
        Outbound__Enabled: string(outboundEnabled)
        Outbound__MaxPerDestinationPerDay: string(outboundMaxPerDestinationPerDay)
        Outbound__MaxPerHour: string(outboundMaxPerHour)
        Inbound__MaxConcurrentPerCaller: string(inboundMaxConcurrentPerCaller)
      },
      empty(twilioPhoneNumber) ? {} : { Twilio__PhoneNumber: twilioPhoneNumber },
      empty(connectMessage) ? {} : { PhoneAgent__ConnectMessage: connectMessage },
      empty(apologyMessage) ? {} : { PhoneAgent__ApologyMessage: apologyMessage },
      empty(fallbackNumber) ? {} : { PhoneAgent__FallbackNumber: fallbackNumber },
      empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
      toObject(range(0, length(outboundAllowedPrefixes)), i => 'Outbound__AllowedPrefixes__${i}', i => outboundAllowedPrefixes[i]),
      toObject(range(0, length(inboundBlockedPrefixes)), i => 'Inbound__BlockedPrefixes__${i}', i => inboundBlockedPrefixes[i]),
      toObject(items(agents), agent => 'PhoneAgent__Agents__${agent.key}', agent => agent.value)
    )
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    tags: tags
    token: token
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    relayId: relay.outputs.id
    relayReplicas: relayReplicas
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0 && !empty(alertEmail) && !empty(budgetStart)) {
  name: 'budget'
  params: { name: 'budget-${token}', amount: monthlyBudget, start: budgetStart, email: alertEmail }
}

output registryEndpoint string = relay.outputs.registryEndpoint
output functionsName string = functions.outputs.name
output webhookBaseUrl string = functions.outputs.webhookBaseUrl
output streamUrl string = relay.outputs.streamUrl
output functionsVault string = functionsVault.outputs.name
output relayVault string = relayVault.outputs.name
