#!/bin/sh
# Before `azd provision`: asks for what is missing and makes the ticket key. Only the first time: afterwards the vaults hold
# the secrets, and whatever is not given again stays as it is. To give one again: azd env set NAME VALUE, azd provision.
set -eu

missing=""

# need NAME TEXT [secret]
need() {
  eval "value=\${$1:-}"
  [ -z "$value" ] || return 0
  if [ ! -t 0 ]; then
    missing="$missing $1"
    return 0
  fi

  printf '%s: ' "$2" >&2
  [ "${3:-}" != secret ] || stty -echo
  IFS= read -r value || value=""
  if [ "${3:-}" = secret ]; then
    stty echo
    printf '\n' >&2
  fi

  [ -n "$value" ] || { missing="$missing $1"; return 0; }
  azd env set "$1" "$value"
}

if [ -z "${BUDGET_START:-}" ]; then
  azd env set BUDGET_START "$(date -u +%Y-%m-01)"
fi

need TWILIO_ACCOUNT_SID 'Twilio Account SID (AC…)'
if [ -z "${FUNCTIONS_VAULT:-}" ]; then
  need TWILIO_AUTH_TOKEN 'Twilio auth token' secret
  need GEMINI_API_KEY 'Gemini API key (https://aistudio.google.com/apikey)' secret
  if [ -z "${TICKET_KEY:-}" ]; then
    azd env set TICKET_KEY "$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
  fi
fi

if [ -n "$missing" ]; then
  echo "Missing:$missing. Set each with: azd env set NAME VALUE" >&2
  exit 1
fi
