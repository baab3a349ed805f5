# Before `azd provision`: asks for what is missing and makes the ticket key. Only the first time: afterwards the vaults hold
# the secrets, and whatever is not given again stays as it is. To give one again: azd env set NAME VALUE, azd provision.
$ErrorActionPreference = 'Stop'
$missing = @()

function Get-Value([string] $name) { [Environment]::GetEnvironmentVariable($name) }

function Confirm-Value([string] $name, [string] $text, [switch] $secret) {
    if (Get-Value $name) { return }
    $value = ''
    if (-not [Console]::IsInputRedirected) {
        $value = if ($secret) { ConvertFrom-SecureString (Read-Host $text -AsSecureString) -AsPlainText } else { Read-Host $text }
    }

    if ($value) { azd env set $name $value } else { $script:missing += $name }
}

if (-not (Get-Value 'BUDGET_START')) { azd env set BUDGET_START ([DateTime]::UtcNow.ToString('yyyy-MM-01')) }
Confirm-Value 'TWILIO_ACCOUNT_SID' 'Twilio Account SID (AC…)'
if (-not (Get-Value 'FUNCTIONS_VAULT')) {
    Confirm-Value 'TWILIO_AUTH_TOKEN' 'Twilio auth token' -secret
    Confirm-Value 'GEMINI_API_KEY' 'Gemini API key (https://aistudio.google.com/apikey)' -secret
    if (-not (Get-Value 'TICKET_KEY')) {
        azd env set TICKET_KEY ([Convert]::ToBase64String([Security.Cryptography.RandomNumberGenerator]::GetBytes(32)))
    }
}

if ($missing) {
    [Console]::Error.WriteLine("Missing: $($missing -join ' '). Set each with: azd env set NAME VALUE")
    exit 1
}
