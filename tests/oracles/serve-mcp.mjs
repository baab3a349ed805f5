// An MCP server over streamable HTTP, on a loopback port of its own, until standard input ends.
// out: {"port": …}, one line
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

function library() {
  const server = new McpServer({ name: 'library', version: '1.0.0' });
  server.registerTool(
    'search_books',
    { description: 'Searches books.', inputSchema: { title: z.string().describe('What it is called.'), kind: z.enum(['novel', 'poems']).optional() } },
    ({ title, kind }) => ({ content: [{ type: 'text', text: JSON.stringify({ title, kind: kind ?? null, shelf: 'B7' }) }] }));
  server.registerTool('fail', { description: 'Fails.', inputSchema: {} }, () => ({ isError: true, content: [{ type: 'text', text: 'No such book.' }] }));
  server.registerTool('shout', { description: 'Says much.', inputSchema: {} }, () => ({ content: [{ type: 'text', text: 'x'.repeat(500_000) }] }));
  server.registerTool('flood', { description: 'Says far too much.', inputSchema: {} }, () => ({ content: [{ type: 'text', text: 'x'.repeat(5_000_000) }] }));
  server.registerTool('remove_all', { description: 'Not for agents.', inputSchema: {} }, () => ({ content: [{ type: 'text', text: 'gone' }] }));
  return server;
}

const http = createServer(async (request, response) => {
  if (request.headers['x-key'] !== 'mcp-secret') {
    response.writeHead(401).end();
    return;
  }
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => transport.close());
  await library().connect(transport);
  await transport.handleRequest(request, response);
});
http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: http.address().port })));
process.stdin.on('end', () => process.exit(0)).resume();
