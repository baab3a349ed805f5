// TwiML as Twilio's package writes it; a verb that does not exist at its place is an error.
// in:  [["Connect", {"action": "…"}, ["Stream", {"url": "…"}]], ["Say", {}, "text"], …]
// out: {"xml": "<?xml …"}
import { json } from 'node:stream/consumers';
import twilio from 'twilio';

const add = (parent, [verb, attributes, ...content]) => {
  const [text] = content.filter((item) => typeof item === 'string');
  const element = parent[verb.toLowerCase()](attributes, ...(text === undefined ? [] : [text]));
  for (const child of content.filter(Array.isArray)) {
    add(element, child);
  }
};

const response = new twilio.twiml.VoiceResponse();
for (const verb of await json(process.stdin)) {
  add(response, verb);
}

console.log(JSON.stringify({ xml: response.toString() }));
