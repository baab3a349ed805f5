// What Google's client makes of the answer to its setup.
// in:  {"baseUrl", "apiKey", "model", "config"}
// out: {"setupComplete": {…}}, or {"refused": "…"} with the client's own words
import { json } from 'node:stream/consumers';
import { connect } from './live-client.mjs';

try {
  const { session, next } = await connect(await json(process.stdin));
  console.log(JSON.stringify(await next()));
  session.close();
} catch (error) {
  console.log(JSON.stringify({ refused: error.message }));
}
