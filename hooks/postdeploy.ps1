# After `azd deploy`: points the Twilio number at the function app, or says what to paste where.
$ErrorActionPreference = 'Stop'
if (-not $env:WEBHOOK_BASE_URL) { throw 'WEBHOOK_BASE_URL is not set: run azd provision first' }
$voice = "$env:WEBHOOK_BASE_URL/api/voice/incoming"
$status = "$env:WEBHOOK_BASE_URL/api/voice/status"
$api = "https://api.twilio.com/2010-04-01/Accounts/$env:TWILIO_ACCOUNT_SID"

function Write-WhatToPaste([string] $why) {
    Write-Output $why
    Write-Output 'In the Twilio console, Phone Numbers, your number, Voice Configuration, set'
    Write-Output "  A call comes in:       Webhook, HTTP POST, $voice"
    Write-Output "  Call status changes:   HTTP POST, $status"
}

if (-not $env:TWILIO_AUTH_TOKEN -or -not $env:TWILIO_PHONE_NUMBER) {
    Write-WhatToPaste 'The Twilio number is not pointed at the phone agent by this run: TWILIO_PHONE_NUMBER or TWILIO_AUTH_TOKEN is not set.'
} else {
    try {
        $credential = [PSCredential]::new($env:TWILIO_ACCOUNT_SID, (ConvertTo-SecureString $env:TWILIO_AUTH_TOKEN -AsPlainText -Force))
        $call = @{ Authentication = 'Basic'; Credential = $credential; TimeoutSec = 30 }
        $found = Invoke-RestMethod @call -Uri "$api/IncomingPhoneNumbers.json?PhoneNumber=$([Uri]::EscapeDataString($env:TWILIO_PHONE_NUMBER))"
        $number = $found.incoming_phone_numbers[0].sid
        if (-not $number) { throw 'The account has no such number.' }
        $body = @{ VoiceUrl = $voice; VoiceMethod = 'POST'; StatusCallback = $status; StatusCallbackMethod = 'POST' }
        Invoke-RestMethod @call -Method Post -Uri "$api/IncomingPhoneNumbers/$number.json" -Body $body | Out-Null
        Write-Output "The Twilio number rings at the phone agent now: $voice"
    } catch {
        Write-WhatToPaste "Twilio did not let this run set the number's webhooks."
    }
}

if ($env:TWILIO_AUTH_TOKEN) { azd env set TWILIO_AUTH_TOKEN '' } # the vault has it
