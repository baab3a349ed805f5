// The least that a relay does, with Google's client and the usual WebSocket server: linear resampling, nothing verified, logged or
// remembered. What ours is measured against: `load --relay ws://127.0.0.1:{port}/stream`.
// arguments: {Gemini's address, ws://127.0.0.1:…} {port; 0 for any}
// out: {"stream"}, the address to call; serves until its input ends
import { GoogleGenAI, Modality } from '@google/genai';
import { WebSocketServer } from 'ws';

const [gemini, port] = process.argv.slice(2);
const ai = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: gemini.replace(/^ws/, 'http') } });

// Source of both tables: ITU-T G.711
const pcmOf = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
});

const muLawOf = Uint8Array.from({ length: 65536 }, (_, bits) => {
  const sample = (bits << 16) >> 16;
  const magnitude = Math.min(Math.abs(sample), 32635) + 0x84;
  const exponent = 24 - Math.clz32(magnitude);
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f));
});

const toGemini = (payload, caller) => {
  const muLaw = Buffer.from(payload, 'base64');
  const pcm = new Int16Array(2 * muLaw.length);
  for (let i = 0; i < muLaw.length; i++) {
    const sample = pcmOf[muLaw[i]];
    pcm[2 * i] = (caller.last + sample) >> 1;
    pcm[2 * i + 1] = caller.last = sample;
  }

  return { data: Buffer.from(pcm.buffer).toString('base64'), mimeType: 'audio/pcm;rate=16000' };
};

const toTwilio = (data) => {
  const bytes = Buffer.from(data, 'base64');
  const muLaw = Buffer.allocUnsafe(Math.floor(bytes.length / 6));
  for (let i = 0; i < muLaw.length; i++) {
    muLaw[i] = muLawOf[bytes.readUInt16LE(6 * i)];
  }

  return muLaw.toString('base64');
};

const serve = (twilio) => {
  const caller = { last: 0 };
  const early = [];
  let session;
  const begin = async (streamSid) => {
    const send = (message) => twilio.send(JSON.stringify({ ...message, streamSid }));
    const onmessage = ({ serverContent }) => {
      if (serverContent?.interrupted) {
        send({ event: 'clear' });
      }

      for (const { inlineData } of serverContent?.modelTurn?.parts ?? []) {
        send({ event: 'media', media: { payload: toTwilio(inlineData.data) } });
      }
    };
    const end = () => twilio.close();
    session = await ai.live.connect({ model: 'any', config: { responseModalities: [Modality.AUDIO] }, callbacks: { onmessage, onerror: end, onclose: end } });
    early.splice(0).forEach((audio) => session.sendRealtimeInput({ audio }));
  };

  twilio.on('message', (text) => {
    const message = JSON.parse(text);
    switch (message.event) {
      case 'start':
        begin(message.start.streamSid).catch(() => twilio.close());
        break;
      case 'media': {
        const audio = toGemini(message.media.payload, caller);
        if (session) {
          session.sendRealtimeInput({ audio });
        } else {
          early.push(audio);
        }

        break;
      }
      case 'stop':
        twilio.close(1000);
    }
  });
  twilio.on('close', () => session?.close());
};

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port) }, () => {
  console.log(JSON.stringify({ stream: `ws://127.0.0.1:${server.address().port}/stream` }));
});
server.on('connection', serve);
process.stdin.on('end', () => process.exit()).resume();
