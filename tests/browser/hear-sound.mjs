// In: nothing. Out: what the softphone's own signal processing does to codes and tones.
import { JitterBuffer, Resampler, FRAME, decode, encode } from '../../simulator/Softphone/page/sound.js';

const codes = Array.from({ length: 256 }, (_, code) => Math.round(decode(code) * 32768));
const again = Array.from({ length: 256 }, (_, code) => encode(decode(code) * 32768 / 32767));

/** The level in dB of what comes out for a sine of amplitude 1, without the filter's beginning; cut into blocks as the sound card does. */
function through(from, to, hertz) {
  const resampler = new Resampler(from, to), out = [];
  const tone = Float32Array.from({ length: from }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / from));
  for (let at = 0; at < tone.length; at += 128) out.push(...resampler.push(tone.subarray(at, at + 128)));
  const settled = out.slice(out.length / 4, (out.length * 3) / 4);
  return { db: 10 * Math.log10(settled.reduce((sum, one) => sum + one * one, 0) / settled.length * 2 + 1e-20), samples: out.length };
}

const jitter = new JitterBuffer();
const frames = [];
for (let i = 0; i < 6; i++) { frames.push(jitter.next()[0]); jitter.push(new Float32Array(FRAME).fill(i + 1)); }
for (let i = 0; i < 7; i++) frames.push(jitter.next()[0]);
for (let i = 0; i < 40; i++) jitter.push(new Float32Array(FRAME).fill(100 + i));

// The worklet itself, with a loud tone at the microphone: how many of its frames are not silent, before, while and after it is muted.
const sent = [];
let Phone;
globalThis.sampleRate = 48000;
globalThis.AudioWorkletProcessor = class { port = { postMessage: (frame) => sent.push(new Uint8Array(frame)) }; };
globalThis.registerProcessor = (_, type) => { Phone = type; };
await import('../../simulator/Softphone/page/worklet.js');
const phone = new Phone();
const speak = (muted) => {
  phone.port.onmessage({ data: { muted } });
  for (let block = 0; block < 375; block++) phone.process([[Float32Array.from({ length: 128 }, (_, i) => Math.sin((2 * Math.PI * 440 * (block * 128 + i)) / sampleRate))]], [[new Float32Array(128)]]);
  const frames = sent.splice(0).slice(1); // the first may hold both
  return { frames: frames.length, loud: frames.filter((frame) => frame.some((code) => code !== 0xff)).length };
};

console.log(JSON.stringify({
  mute: [false, true, false].map(speak),
  codes, again,
  tones: [48000, 44100, 16000].flatMap((rate) => [300, 1000, 3000, 5000, 7000].map((hertz) => ({ rate, hertz, ...through(rate, 8000, hertz) }))),
  up: [300, 1000, 3000].map((hertz) => ({ hertz, ...through(8000, 48000, hertz) })),
  jitter: { frames, waiting: jitter.length / FRAME, next: jitter.next()[0] },
}));
