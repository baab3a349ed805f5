#!/bin/sh
# After `azd deploy`: points the Twilio number at the function app, or says what to paste where.
set -eu

voice="${WEBHOOK_BASE_URL:?run azd provision first}/api/voice/incoming"
status="$WEBHOOK_BASE_URL/api/voice/status"
api="https://api.twilio.com/2010-04-01/Accounts/${TWILIO_ACCOUNT_SID:-}"

say_what_to_paste() {
  cat <<TEXT
$1
In the Twilio console, Phone Numbers, your number, Voice Configuration, set
  A call comes in:       Webhook, HTTP POST, $voice
  Call status changes:   HTTP POST, $status
TEXT
}

# The credentials go to curl by its standard input: arguments can be seen by every user of the machine.
twilio() {
  printf 'user = "%s:%s"\n' "$TWILIO_ACCOUNT_SID" "$TWILIO_AUTH_TOKEN" | curl --silent --show-error --fail --max-time 30 --config - "$@"
}

if [ -z "${TWILIO_AUTH_TOKEN:-}" ] || [ -z "${TWILIO_PHONE_NUMBER:-}" ]; then
  say_what_to_paste 'The Twilio number is not pointed at the phone agent by this run: TWILIO_PHONE_NUMBER or TWILIO_AUTH_TOKEN is not set.'
else
  number=$(twilio --get --data-urlencode "PhoneNumber=$TWILIO_PHONE_NUMBER" "$api/IncomingPhoneNumbers.json" | tr ',{' '\n\n' | sed -n 's/^ *"sid": *"\(PN[0-9a-f]*\)".*/\1/p' | head -n 1) || number=""
  if [ -n "$number" ] && twilio --output /dev/null \
    --data-urlencode "VoiceUrl=$voice" --data VoiceMethod=POST \
    --data-urlencode "StatusCallback=$status" --data StatusCallbackMethod=POST \
    "$api/IncomingPhoneNumbers/$number.json"; then
    echo "The Twilio number rings at the phone agent now: $voice"
  else
    say_what_to_paste 'Twilio did not let this run set the number'"'"'s webhooks.'
  fi
fi

if [ -n "${TWILIO_AUTH_TOKEN:-}" ]; then
  azd env set TWILIO_AUTH_TOKEN "" # the vault has it
fi
