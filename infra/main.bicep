// Everything the phone agent needs in Azure: a resource group with the function app, the relay, their identities, vaults
// and stores, and what watches them. Values come from main.parameters.json; `azd provision` deploys it.
targetScope = 'subscription'

@description('The azd environment: tags everything and names the resource group.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources. Flex Consumption and Container Apps must both exist there.')
@metadata({ azd: { type: 'location' } })
param location string

@description('The relay\'s newest image, which azd notes after it was pushed; empty before the first deployment.')
param relayImage string = ''

@description('Whether the relay exists already, as azd finds out; then, with no image noted, it keeps the one it has.')
param relayExists bool = false

@description('Twilio Account SID, AC and 32 hexadecimal digits.')
param twilioAccountSid string

@description('Number that outbound calls come from, E.164; empty for none.')
param twilioPhoneNumber string = ''

@description('Twilio auth token. A secret is written only when it is given here, so that provisioning again undoes no rotation.')
@secure()
param twilioAuthToken string = ''

@description('Twilio API key that places calls instead of the token, SK and 32 hexadecimal digits; optional.')
@secure()
param twilioApiKeySid string = ''

@description('Secret of that API key.')
@secure()
param twilioApiKeySecret string = ''

@description('Gemini API key.')
@secure()
param geminiApiKey string = ''

@description('Base64 of at least 32 random bytes: signs stream tickets. The preprovision hook makes one.')
@secure()
param ticketKey string = ''

@description('Whether the functions summarise calls with Gemini, and so have its key in their vault.')
param summarizeCalls bool = true

@description('Text model that writes summaries.')
param textModel string = 'gemini-3.6-flash'

@description('Live model that holds calls.')
param liveModel string = 'gemini-3.8-live'

@description('Profile name by the digits of the called number, like { "14155550199": "sales" }.')
param agents object = {}

@description('Addresses that tools of the profiles name, like { "SHOP": "https://shop.example.net" }.')
param toolAddresses object = {}

@description('Spoken before the stream; empty for nothing.')
param connectMessage string = ''

@description('Spoken when the agent cannot be reached; empty for the default.')
param apologyMessage string = ''

@description('Dialled after the apology, E.164; empty hangs up.')
param fallbackNumber string = ''

@description('Whether the owner may have calls placed.')
param outboundEnabled bool = false

@description('How numbers begin that may be called, like +1415.')
param outboundAllowedPrefixes string[] = []

@description('Calls to one number in one UTC day.')
@minValue(1)
@maxValue(1000)
param outboundMaxPerDestinationPerDay int = 5

@description('Calls to all numbers in one hour.')
@minValue(1)
@maxValue(1000)
param outboundMaxPerHour int = 30

@description('How numbers begin whose calls are rejected.')
param inboundBlockedPrefixes string[] = []

@description('Calls one caller may hold at a time.')
@minValue(1)
@maxValue(1000)
param inboundMaxConcurrentPerCaller int = 3

@description('Minutes a call may last.')
@minValue(1)
@maxValue(720)
param maxCallMinutes int = 60

@description('Replicas of the relay, always that many: the HTTP scale rule counts new requests, not streams that are open, and would end calls by scaling in.')
@minValue(1)
@maxValue(100)
param relayReplicas int = 1

@description('Processors of a replica; Container Apps wants twice as many GiB as processors.')
@allowed(['0.25', '0.5', '0.75', '1.0', '1.5', '2.0'])
param relayCpu string = '0.5'

@description('Memory of a replica.')
@allowed(['0.5Gi', '1.0Gi', '1.5Gi', '2.0Gi', '3.0Gi', '4.0Gi'])
param relayMemory string = '1.0Gi'

@description('Calls one replica admits. Half a processor carried 120 with room to spare (README, Sound and speed).')
@minValue(1)
@maxValue(10000)
param relayMaxCalls int = 100

@description('Seconds a stopping replica gives its calls to be handed over.')
@minValue(1)
@maxValue(600)
param relayDrainSeconds int = 20

@description('Memory of a function instance, MB.')
@allowed([512, 2048, 4096])
param functionInstanceMemoryMB int = 512

@description('Function instances kept ready, so that no caller waits for a cold start; 0 costs nothing while idle.')
@minValue(0)
@maxValue(20)
param functionAlwaysReady int = 1

@description('Most function instances.')
@minValue(40)
@maxValue(1000)
param functionMaxInstances int = 40

@description('Days until call logs are deleted.')
@minValue(1)
@maxValue(3650)
param callRetentionDays int = 90

@description('Days until recordings are deleted.')
@minValue(1)
@maxValue(3650)
param recordingRetentionDays int = 30

@description('Days that logs and traces are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Who is told of alerts and of the budget; empty sends no mail.')
param alertEmail string = ''

@description('Monthly budget of the resource group in the currency of the bill; 0 for none. It warns, it stops nothing.')
@minValue(0)
param monthlyBudget int = 0

@description('First month of the budget, YYYY-MM-01; the preprovision hook sets it once, because a budget keeps its beginning.')
param budgetStart string = ''

@description('OTLP endpoint that telemetry goes to; empty for none.')
param otlpEndpoint string = ''

var tags = { 'azd-env-name': environmentName }
var token = uniqueString(subscription().id, environmentName, location)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module phoneAgent 'resources.bicep' = {
  name: 'phone-agent'
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    relayImage: relayImage
    relayExists: relayExists
    twilioAccountSid: twilioAccountSid
    twilioPhoneNumber: twilioPhoneNumber
    twilioAuthToken: twilioAuthToken
    twilioApiKeySid: twilioApiKeySid
    twilioApiKeySecret: twilioApiKeySecret
    geminiApiKey: geminiApiKey
    ticketKey: ticketKey
    summarizeCalls: summarizeCalls
    textModel: textModel
    liveModel: liveModel
    agents: agents
    toolAddresses: toolAddresses
    connectMessage: connectMessage
    apologyMessage: apologyMessage
    fallbackNumber: fallbackNumber
    outboundEnabled: outboundEnabled
    outboundAllowedPrefixes: outboundAllowedPrefixes
    outboundMaxPerDestinationPerDay: outboundMaxPerDestinationPerDay
    outboundMaxPerHour: outboundMaxPerHour
    inboundBlockedPrefixes: inboundBlockedPrefixes
    inboundMaxConcurrentPerCaller: inboundMaxConcurrentPerCaller
    maxCallMinutes: maxCallMinutes
    relayReplicas: relayReplicas
    relayCpu: relayCpu
    relayMemory: relayMemory
    relayMaxCalls: relayMaxCalls
    relayDrainSeconds: relayDrainSeconds
    functionInstanceMemoryMB: functionInstanceMemoryMB
    functionAlwaysReady: functionAlwaysReady
    functionMaxInstances: functionMaxInstances
    callRetentionDays: callRetentionDays
    recordingRetentionDays: recordingRetentionDays
    logRetentionDays: logRetentionDays
    alertEmail: alertEmail
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
    otlpEndpoint: otlpEndpoint
  }
}

@description('Where azd pushes the relay\'s image.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = phoneAgent.outputs.registryEndpoint

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output SERVICE_FUNCTIONS_NAME string = phoneAgent.outputs.functionsName

@description('Public origin of the functions: PhoneAgent__WebhookBaseUrl.')
output WEBHOOK_BASE_URL string = phoneAgent.outputs.webhookBaseUrl

@description('Public address of the relay: PhoneAgent__StreamUrl.')
output STREAM_URL string = phoneAgent.outputs.streamUrl

@description('Vault of the function app; also tells the hooks that provisioning has succeeded before.')
output FUNCTIONS_VAULT string = phoneAgent.outputs.functionsVault

@description('Vault of the relay.')
output RELAY_VAULT string = phoneAgent.outputs.relayVault
