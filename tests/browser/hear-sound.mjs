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

console.log(JSON.stringify({
  codes, again,
  tones: [48000, 44100, 16000].flatMap((rate) => [300, 1000, 3000, 5000, 7000].map((hertz) => ({ rate, hertz, ...through(rate, 8000, hertz) }))),
  up: [300, 1000, 3000].map((hertz) => ({ hertz, ...through(8000, 48000, hertz) })),
  jitter: { frames, waiting: jitter.length / FRAME, next: jitter.next()[0] },
}));
