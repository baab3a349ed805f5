// Between the sound card and the phone: the microphone to 20 ms frames of µ-law, frames of µ-law to the speaker.
import { FRAME, PHONE_RATE, JitterBuffer, Resampler, decode, encode } from './sound.js';

class Phone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.down = new Resampler(sampleRate, PHONE_RATE);
    this.up = new Resampler(PHONE_RATE, sampleRate);
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.muted = false;
    this.buffer = new JitterBuffer();
    this.ready = new Float32Array(0);
    this.port.onmessage = ({ data }) => {
      if (data.muted !== undefined) this.muted = data.muted;
      else this.buffer.push(Float32Array.from(new Uint8Array(data), decode));
    };
  }

  process([input], [output]) {
    const heard = input[0] ?? new Float32Array(output[0].length);
    for (const sample of this.down.push(heard)) {
      this.frame[this.filled++] = this.muted ? 0xff : encode(sample);
      if (this.filled === FRAME) {
        const frame = this.frame.slice().buffer;
        this.port.postMessage(frame, [frame]);
        this.filled = 0;
      }
    }

    const wanted = output[0].length;
    while (this.ready.length < wanted) {
      const more = this.up.push(this.buffer.next());
      const both = new Float32Array(this.ready.length + more.length);
      both.set(this.ready);
      both.set(more, this.ready.length);
      this.ready = both;
    }
    for (const channel of output) channel.set(this.ready.subarray(0, wanted));
    this.ready = this.ready.slice(wanted);
    return true;
  }
}

registerProcessor('phone', Phone);
