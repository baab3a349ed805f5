// Telephone sound: µ-law (ITU-T G.711) and a resampler. Used by the AudioWorklet and by the tests.

/** The phone's samples a second. */
export const PHONE_RATE = 8000;

/** Bytes, and samples, of 20 ms. */
export const FRAME = 160;

/** One sample, −1 to 1, as µ-law. */
export function encode(sample) {
  let value = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
  const sign = value < 0 ? 0x80 : 0;
  value = Math.min(Math.abs(value), 32635) + 132;
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && !(value & mask); mask >>= 1) exponent--;
  return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 15)) & 0xff;
}

/** µ-law as a sample, −1 to 1. */
export function decode(mulaw) {
  const bits = ~mulaw & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
}

/**
 * Samples at one rate to samples at another, through a windowed-sinc low-pass that ends below half of the lower rate, so that
 * nothing is folded back. Streams: call push() with whatever has come.
 */
export class Resampler {
  constructor(from, to) {
    const lower = Math.min(from, to);
    this.step = from / to;
    this.half = Math.ceil((from / lower) * 32); // 32 zero crossings each side
    this.cutoff = (0.9 * lower) / 2 / from; // cycles a sample
    this.phases = 128;
    this.table = new Float32Array((2 * this.half + 1) * (this.phases + 1));
    for (let phase = 0; phase <= this.phases; phase++) {
      const row = phase * (2 * this.half + 1);
      let sum = 0;
      for (let k = -this.half; k <= this.half; k++) {
        const x = k - phase / this.phases;
        const sinc = x === 0 ? 2 * this.cutoff : Math.sin(2 * Math.PI * this.cutoff * x) / (Math.PI * x);
        const u = x / (this.half + 1);
        const window = 0.42 + 0.5 * Math.cos(Math.PI * u) + 0.08 * Math.cos(2 * Math.PI * u); // Blackman
        sum += this.table[row + k + this.half] = Math.abs(u) < 1 ? sinc * window : 0;
      }
      for (let k = 0; k <= 2 * this.half; k++) this.table[row + k] /= sum;
    }
    this.held = new Float32Array(this.half);
    this.at = this.half; // of the next sample out, in samples held
  }

  /** Takes samples in, gives the samples that can be made of them. */
  push(samples) {
    const all = new Float32Array(this.held.length + samples.length);
    all.set(this.held);
    all.set(samples, this.held.length);
    const made = [];
    while (Math.floor(this.at) + this.half + 1 < all.length) {
      const base = Math.floor(this.at);
      const phase = (this.at - base) * this.phases;
      const row = Math.floor(phase), part = phase - row;
      const a = row * (2 * this.half + 1), b = a + 2 * this.half + 1;
      let sum = 0;
      for (let k = 0; k <= 2 * this.half; k++) {
        const near = this.table[a + k];
        const far = part === 0 ? near : this.table[b + k];
        sum += all[base - this.half + k] * (near + (far - near) * part);
      }
      made.push(sum);
      this.at += this.step;
    }
    const drop = Math.max(0, Math.floor(this.at) - this.half);
    this.held = all.slice(drop);
    this.at -= drop;
    return Float32Array.from(made);
  }
}

/**
 * What came from the network, on its way to the ear: waits until some is there, plays, and waits again when it runs dry; what
 * piles up is dropped, oldest first, so that a stall does not stay as delay.
 */
export class JitterBuffer {
  constructor(target = 6 * FRAME, most = 25 * FRAME) {
    this.target = target;
    this.most = most;
    this.queue = [];
    this.length = 0;
    this.playing = false;
    this.dropped = 0;
  }

  push(samples) {
    this.queue.push(samples);
    this.length += samples.length;
    if (this.length > this.most) {
      while (this.length > this.target) {
        const oldest = this.queue.shift();
        this.length -= oldest.length;
        this.dropped += oldest.length;
      }
    }
    this.playing ||= this.length >= this.target;
  }

  /** The next frame; silence when there is none. */
  next() {
    if (!this.playing) return new Float32Array(FRAME);
    const frame = this.queue.shift();
    if (!frame) {
      this.playing = false;
      return new Float32Array(FRAME);
    }
    this.length -= frame.length;
    return frame;
  }
}
