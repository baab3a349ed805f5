// In: { file, schema }. Out: { problems: [text], content }: what azd's schema says about azure.yaml, and what it holds.
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import { parse } from 'yaml';

const { file, schema } = JSON.parse(readFileSync(0, 'utf8'));
const content = parse(readFileSync(file, 'utf8'), { strict: true, uniqueKeys: true });
const problems = [];
if (schema) {
  const ajv = new Ajv2019.default({ allErrors: true, strict: false });
  const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')));
  validate(content);
  problems.push(...(validate.errors ?? []).map(error => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`));
}

console.log(JSON.stringify({ problems, content }));
