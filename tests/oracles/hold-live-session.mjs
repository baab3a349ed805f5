// A short conversation of Google's client: a text, a question, a barge-in, a function call, goodbye.
// in:  {"baseUrl", "apiKey", "model", "config", "text", "question", "bargeIn", "request", "functionOutput"};
//      question, bargeIn and request are PCM16 16 kHz in base64
// out: {"setup", "greeting", "answer", "interrupted", "afterBargeIn", "calling", "afterFunction", "close"}, what was parsed
import { json } from 'node:stream/consumers';
import { connect } from './live-client.mjs';

const frameBytes = 640;
const silence = Buffer.alloc(32000);
const input = await json(process.stdin);
const { session, next } = await connect(input);

const speak = (base64) => {
  const sound = Buffer.concat([Buffer.from(base64, 'base64'), silence]);
  for (let at = 0; at < sound.length; at += frameBytes) {
    const data = sound.subarray(at, at + frameBytes).toString('base64');
    session.sendRealtimeInput({ audio: { data, mimeType: 'audio/pcm;rate=16000' } });
  }
};

/** Everything the client parsed, up to the first message that fits. */
const hear = async (fits) => {
  const heard = { audioBytes: 0, mimeTypes: [], said: '', transcript: '', interrupted: false, generationComplete: false, calls: [], tokens: 0, handles: [] };
  for (;;) {
    const message = await next();
    if (message.close || message.error) {
      throw new Error(`too early: ${JSON.stringify(message)}`);
    }

    const content = message.serverContent ?? {};
    for (const { inlineData } of content.modelTurn?.parts ?? []) {
      heard.audioBytes += Buffer.from(inlineData.data, 'base64').length;
      heard.mimeTypes.push(inlineData.mimeType);
    }

    heard.said += content.inputTranscription?.text ?? '';
    heard.transcript += content.outputTranscription?.text ?? '';
    heard.interrupted ||= content.interrupted ?? false;
    heard.generationComplete ||= content.generationComplete ?? false;
    heard.calls.push(...(message.toolCall?.functionCalls ?? []));
    heard.tokens += message.usageMetadata?.totalTokenCount ?? 0;
    heard.handles.push(...(message.sessionResumptionUpdate?.resumable ? [message.sessionResumptionUpdate.newHandle] : []));
    if (fits(message)) {
      heard.mimeTypes = [...new Set(heard.mimeTypes)];
      return heard;
    }
  }
};

const complete = (message) => message.serverContent?.turnComplete;
const resumable = (message) => message.sessionResumptionUpdate?.resumable; // follows every completed turn
const audible = (message) => message.serverContent?.modelTurn;

const result = { setup: await next() };
session.sendRealtimeInput({ text: input.text });
result.greeting = await hear(resumable);

speak(input.question);
result.answer = await hear(audible);
speak(input.bargeIn);
result.interrupted = await hear(complete);
result.afterBargeIn = await hear(complete);

speak(input.request);
result.calling = await hear((message) => message.toolCall);
const [{ id, name }] = result.calling.calls;
session.sendToolResponse({ functionResponses: [{ id, name, response: { output: input.functionOutput } }] });
result.afterFunction = await hear(resumable);

session.close();
while (!result.close) {
  result.close = (await next()).close;
}

console.log(JSON.stringify(result));
