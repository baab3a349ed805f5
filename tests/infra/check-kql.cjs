// In: { files: [path], tables: { name: schema } }. Out: { problems: [text] }: what Kusto's own language service says of queries over
// these tables.
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { readFileSync } = require('node:fs');

const { files, tables } = JSON.parse(readFileSync(0, 'utf8'));
const { GlobalState, KustoCode, Symbols } = Kusto.Language;
const symbols = Object.entries(tables).map(([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', symbols));

const problems = [];
for (const file of files) {
  const found = Bridge.getEnumerator(KustoCode.ParseAndAnalyze(readFileSync(file, 'utf8'), globals).GetDiagnostics());
  while (found.moveNext()) {
    problems.push(`${file}, character ${found.Current.Start}: ${found.Current.Message}`);
  }
}

console.log(JSON.stringify({ problems }));
