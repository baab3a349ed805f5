// What Google's client makes of a text model's answer.
// in:  {"baseUrl", "apiKey", "model", "instructions", "data", "maxOutputTokens"}
// out: {"text", "finishReason", "usage"}
import { json } from 'node:stream/consumers';
import { GoogleGenAI } from '@google/genai';

const { baseUrl, apiKey, model, instructions, data, maxOutputTokens } = await json(process.stdin);
const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
const answer = await client.models.generateContent({ model, contents: data, config: { systemInstruction: instructions, maxOutputTokens } });
console.log(JSON.stringify({ text: answer.text, finishReason: answer.candidates[0].finishReason, usage: answer.usageMetadata }));
