// Whether Twilio's package accepts signatures.
// in:  {"authToken", "requests": [{"url", "signature", "body"}]}, the body as it came over the wire, "" for none
// out: [true, false, …]
import { parse } from 'node:querystring';
import { json } from 'node:stream/consumers';
import twilio from 'twilio';

const { authToken, requests } = await json(process.stdin);
const accepted = ({ url, signature, body }) => twilio.validateRequest(authToken, signature, url, { ...parse(body) });
console.log(JSON.stringify(requests.map(accepted)));
