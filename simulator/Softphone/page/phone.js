// The phone in the page. Sound goes through worklet.js; calls are held by the simulated Twilio at the other end of the socket.
import { FRAME, decode } from './sound.js';

const $ = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get('token') ?? '';
const withToken = (path) => `${path}?token=${encodeURIComponent(token)}`;
const levels = { caller: [], agent: [] };
let call = null;

/** Holds one call: opens the microphone and the socket, and closes both. */
class Call {
  constructor() {
    this.waits = [];
    this.cuts = 0;
    this.began = 0;
    this.ended = false;
  }

  async start() {
    say('Asking for the microphone …');
    // The browser's gain control and noise suppression cut the first sounds of a sentence; a recogniser understands less with them.
    this.microphone = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: false } });
    this.audio = new AudioContext({ latencyHint: 'interactive' });
    await this.audio.audioWorklet.addModule(new URL('./worklet.js', import.meta.url));
    await this.audio.resume();
    this.phone = new AudioWorkletNode(this.audio, 'phone', { numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1] });
    this.audio.createMediaStreamSource(this.microphone).connect(this.phone).connect(this.audio.destination);
    say('Calling …');
    this.socket = new WebSocket(withToken(`ws://${location.host}/softphone/call`));
    this.socket.binaryType = 'arraybuffer';
    this.phone.port.onmessage = ({ data }) => this.send(data);
    this.socket.onmessage = ({ data }) => (typeof data === 'string' ? this.told(JSON.parse(data)) : this.hear(data));
    this.socket.onclose = () => this.end();
    show(true);
  }

  send(frame) {
    note(levels.caller, frame);
    if (this.socket.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 50 * FRAME) this.socket.send(frame);
  }

  hear(frame) {
    note(levels.agent, frame);
    this.phone.port.postMessage(frame, [frame]);
  }

  tell(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  told(event) {
    switch (event.type) {
      case 'answered':
        this.began = performance.now();
        this.sid = event.callSid;
        say('Connecting the stream …');
        break;
      case 'connected':
        this.began ||= performance.now();
        say('In call');
        line('note', 'Connected: both sides can hear each other.');
        break;
      case 'caller':
        line('caller', event.text);
        break;
      case 'agent':
        this.waited(event.responseMs);
        line('agent', event.heard, { unheard: event.unheard, small: event.responseMs === undefined ? '' : `after ${event.responseMs} ms` });
        break;
      case 'interrupted':
        $('cuts').textContent = ++this.cuts;
        break;
      case 'note':
        line(event.bad ? 'note bad' : 'note', event.text);
        break;
      case 'over':
        this.sid ??= event.callSid;
        line('note', `The call is over: ${event.ending}.`);
        report(event.callSid);
        break;
    }
  }

  waited(ms) {
    if (ms === undefined) return;
    this.waits.push(ms);
    const sorted = [...this.waits].sort((a, b) => a - b);
    $('last').textContent = `${ms} ms`;
    $('median').textContent = `${sorted[Math.floor(sorted.length / 2)]} ms`;
  }

  end(why = 'Call ended') {
    if (this.ended) return;
    this.ended = true;
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.audio?.close();
    this.socket?.close();
    say(why);
    show(false);
    call = null;
  }
}

function say(text) {
  $('status').textContent = text;
}

function show(inCall) {
  for (const id of ['mute', 'keys', 'hangup']) $(id).hidden = !inCall;
  $('call').hidden = inCall;
  for (const button of document.querySelectorAll('[data-fault]')) {
    button.disabled = !inCall;
    if (button.hasAttribute('aria-pressed')) button.setAttribute('aria-pressed', 'false');
  }
  if (!inCall) {
    $('keypad').hidden = true;
    $('keys').setAttribute('aria-expanded', 'false');
    $('mute').setAttribute('aria-pressed', 'false');
    $('mute').textContent = 'Mute';
    $('call').focus();
  } else {
    $('hangup').focus();
  }
}

// Everything that was said is text, never markup.
function line(kind, text, { unheard = '', small = '' } = {}) {
  $('empty').hidden = true;
  const item = document.createElement('li');
  item.className = kind;
  if (small) item.append(Object.assign(document.createElement('small'), { textContent: small }));
  item.append(Object.assign(document.createElement('bdi'), { textContent: text }));
  if (unheard) {
    const cut = document.createElement('del');
    cut.title = 'not heard';
    cut.append(Object.assign(document.createElement('bdi'), { textContent: ` ${unheard}` }));
    item.append(cut);
  }
  const talk = $('talk');
  talk.append(item);
  while (talk.childElementCount > 500) talk.firstElementChild.remove();
  if (call) item.scrollIntoView({ block: 'nearest' });
}

function report(callSid) {
  const address = withToken(`/softphone/report/${callSid}`);
  $('report').src = address;
  $('report-link').href = address;
  $('after').hidden = false;
}

function note(lane, frame) {
  let peak = 0;
  for (const byte of new Uint8Array(frame)) peak = Math.max(peak, Math.abs(decode(byte)));
  lane.push(peak);
  if (lane.length > 400) lane.shift();
}

function draw() {
  const canvas = $('wave');
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext('2d');
  const style = getComputedStyle(document.documentElement);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  [['caller', 0.27], ['agent', 0.73]].forEach(([lane, middle]) => {
    context.fillStyle = style.getPropertyValue('--line');
    context.fillRect(0, height * middle, width, 1);
    context.fillStyle = style.getPropertyValue(`--${lane}`);
    levels[lane].slice(-Math.floor(width / 3)).forEach((peak, i, all) => {
      const half = Math.max(0.5, Math.pow(peak, 0.6) * height * 0.24);
      context.fillRect(width - (all.length - i) * 3, height * middle - half, 2, 2 * half);
    });
  });
  if (call?.began && !call.ended) {
    const seconds = Math.floor((performance.now() - call.began) / 1000);
    $('clock').textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
  requestAnimationFrame(draw);
}

$('call').onclick = async () => {
  if (call) return;
  $('talk').replaceChildren();
  $('after').hidden = true;
  for (const id of ['last', 'median']) $(id).textContent = '–';
  $('cuts').textContent = '0';
  $('clock').textContent = '0:00';
  levels.caller.length = levels.agent.length = 0;
  call = new Call();
  try {
    await call.start();
  } catch (error) {
    call.end(error.name === 'NotAllowedError' ? 'The microphone was not allowed' : `The call cannot begin: ${error.message}`);
  }
};
$('hangup').onclick = () => {
  call?.tell({ type: 'hangup' });
  say('Hanging up …');
};
$('mute').onclick = ({ currentTarget: button }) => {
  const muted = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(muted));
  button.textContent = muted ? 'Unmute' : 'Mute';
  call?.phone.port.postMessage({ muted });
};
$('keys').onclick = ({ currentTarget: button }) => {
  $('keypad').hidden = !$('keypad').hidden;
  button.setAttribute('aria-expanded', String(!$('keypad').hidden));
};
for (const key of '123456789*0#') {
  const button = Object.assign(document.createElement('button'), { textContent: key, onclick: () => press(key) });
  if ('*#'.includes(key)) button.setAttribute('aria-label', key === '*' ? 'star' : 'hash');
  $('keypad').append(button);
}
function press(digit) {
  call?.tell({ type: 'digit', digit });
  line('note', `Key ${digit}`);
}
addEventListener('keydown', (event) => {
  if (call && !event.ctrlKey && !event.metaKey && !event.altKey && /^[0-9*#]$/.test(event.key)) press(event.key);
});
for (const button of document.querySelectorAll('[data-fault]')) {
  button.onclick = () => {
    const toggles = button.hasAttribute('aria-pressed');
    const on = toggles ? button.getAttribute('aria-pressed') !== 'true' : true;
    if (toggles) button.setAttribute('aria-pressed', String(on));
    call?.tell({ type: 'fault', name: button.dataset.fault, on });
    line('note', `Fault: ${button.textContent}${toggles ? (on ? ', on' : ', off') : ''}`);
  };
}
addEventListener('pagehide', () => call?.end());
draw();
