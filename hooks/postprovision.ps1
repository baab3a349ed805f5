# After `azd provision`: the vaults hold the secrets now, so they go from this machine, and provisioning again cannot undo a
# rotation. Twilio's token goes after the deployment, which points the number at the functions with it.
$ErrorActionPreference = 'Stop'
foreach ($name in 'TICKET_KEY', 'GEMINI_API_KEY', 'TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET') {
    if ([Environment]::GetEnvironmentVariable($name)) { azd env set $name '' }
}
