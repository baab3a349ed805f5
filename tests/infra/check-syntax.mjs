// In: { grammar: "bicep" | "powershell", files: [path] }. Out: { problems: [text], resources: [{ file, symbol, type }] }: what the
// grammar does not take, and for Bicep the resources it finds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

const { grammar, files } = JSON.parse(readFileSync(0, 'utf8'));
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(createRequire(import.meta.url).resolve(`tree-sitter-${grammar}/tree-sitter-${grammar}.wasm`)));

const problems = [];
const resources = [];
for (const file of files) {
  const visit = node => {
    if (node.isError || node.isMissing) {
      problems.push(`${file}(${node.startPosition.row + 1},${node.startPosition.column + 1}): ${node.text.slice(0, 60)}`);
    }

    if (node.type === 'resource_declaration') {
      resources.push({
        file,
        symbol: node.namedChildren.find(child => child.type === 'identifier')?.text,
        type: node.namedChildren.find(child => child.type === 'string')?.text.slice(1, -1),
      });
    }

    node.children.forEach(visit);
  };
  visit(parser.parse(readFileSync(file, 'utf8')).rootNode);
}

console.log(JSON.stringify({ problems, resources }));
