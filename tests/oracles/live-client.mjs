// Google's client, connected, with its messages in a queue.
import { GoogleGenAI } from '@google/genai';

/** Connects; `next` gives the next message, and `{close: {code, reason}}` once the server has closed. */
export const connect = async ({ baseUrl, apiKey, model, config }) => {
  const messages = [];
  let wake = () => {};
  const put = (message) => {
    messages.push(message);
    wake();
  };
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  const session = await client.live.connect({
    model,
    config,
    callbacks: {
      onmessage: put,
      onerror: (error) => put({ error: error.message }),
      onclose: ({ code, reason }) => put({ close: { code, reason: reason.toString() } }),
    },
  });
  const next = async () => {
    while (messages.length === 0) {
      await new Promise((resolve) => (wake = resolve));
    }

    return messages.shift();
  };
  return { session, next };
};
