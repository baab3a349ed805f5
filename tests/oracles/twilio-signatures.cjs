// Judges signatures with Twilio's own package. Standard input: a JSON array of
// { token, url, fields: [[name, value], …], body, signature }; body is null unless the request is JSON.
// Standard output: an array of { expected, valid } in the same order.
"use strict";

const twilio = require("twilio");

let input = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => (input += chunk));
process.stdin.on("end", () => process.stdout.write(JSON.stringify(JSON.parse(input).map(judge))));

function judge({ token, url, fields, body, signature }) {
  const form = toForm(fields);
  return {
    expected: twilio.getExpectedTwilioSignature(token, url, form),
    valid: body === null
      ? twilio.validateRequest(token, signature, url, form)
      : twilio.validateRequestWithBody(token, signature, url, body),
  };
}

// As Express has a form: a field that comes several times is an array.
function toForm(fields) {
  const form = {};
  for (const [name, value] of fields) {
    form[name] = Object.hasOwn(form, name) ? [].concat(form[name], value) : value;
  }
  return form;
}
