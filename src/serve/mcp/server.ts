import { fromJsonSchema, McpServer, type CallToolResult, type ServerContext } from '@modelcontextprotocol/server';
import { SerError } from '../../error.ts';
import { withCommand } from '../../messages/command.ts';
import { isSystemError, systemReason } from '../../messages/systemErrors.ts';
import { VERSION } from '../../version.ts';
import * as schemas from './schemas.ts';
import { evaluateTool } from './evaluateTool.ts';
import { featuresTool } from './featuresTool.ts';
import { predictTool } from './predictTool.ts';
import { reportTool } from './reportTool.ts';
import type { McpOptions, ToolAnswer, ToolContext } from './tool.ts';

const INSTRUCTIONS =
  'Speech emotion recognition on local audio files. Emotions were learnt from acted speech, mostly in English: an answer that is not sure ' +
  'should be passed on as such, and none is for clinical use, hiring or surveillance.';

/**
 * A server of the Model Context Protocol (https://modelcontextprotocol.io) with the tools `predict`, `features`, `evaluate` and `report`.
 * It is not connected yet.
 */
export function createMcpServer(options: McpOptions): McpServer {
  const server = new McpServer({ name: 'gender-ser', version: VERSION }, { instructions: INSTRUCTIONS });
  const answering =
    <Input>(tool: (input: Input, context: ToolContext) => Promise<ToolAnswer>) =>
    (input: Input, context: ServerContext): Promise<CallToolResult> =>
      answer(() => tool(input, { ...options, ...callOf(context) }));

  server.registerTool(
    'predict',
    {
      title: 'Predict emotions',
      description: 'Gender and emotion of the speaker in audio files, with probabilities and how sure they are. A file that cannot be read does not stop the others.', // prettier-ignore
      inputSchema: fromJsonSchema<schemas.PredictInput>(schemas.predictInput),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(predictTool),
  );
  server.registerTool(
    'features',
    {
      title: 'Extract features',
      description: 'Acoustic features of audio files: named values, or a table in a file',
      inputSchema: fromJsonSchema<schemas.FeaturesInput>(schemas.featuresInput),
      annotations: { openWorldHint: false },
    },
    answering(featuresTool),
  );
  server.registerTool(
    'evaluate',
    {
      title: 'Evaluate models or predictions',
      description: 'Scores emotion models on their test clips or on labelled recordings, or predictions of another toolkit, and writes a report folder. May take minutes.', // prettier-ignore
      inputSchema: fromJsonSchema<schemas.EvaluateInput>(schemas.evaluateInput),
      outputSchema: fromJsonSchema(schemas.reportOutput),
      annotations: { openWorldHint: false },
    },
    answering(evaluateTool),
  );
  server.registerTool(
    'report',
    {
      title: 'Read a report',
      description: 'The figures of a report folder, and its files',
      inputSchema: fromJsonSchema<schemas.ReportInput>(schemas.reportInput),
      outputSchema: fromJsonSchema(schemas.reportOutput),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    answering(reportTool),
  );
  return server;
}

function callOf({ mcpReq }: ServerContext): Pick<ToolContext, 'signal' | 'progress'> {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    signal: mcpReq.signal,
    progress: (progress, total) => {
      if (progressToken === undefined) return;
      // A client that is gone needs no news.
      void mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total } }).catch(() => undefined); // prettier-ignore
    },
  };
}

/** Errors of the input or the files are answers that the client can read. */
async function answer(run: () => Promise<ToolAnswer>): Promise<CallToolResult> {
  try {
    const { text, data } = await run();
    return { content: [{ type: 'text', text }], structuredContent: data };
  } catch (error) {
    if (!(error instanceof SerError) && !isSystemError(error)) throw error;
    const message = isSystemError(error) ? systemReason(error) : error.message;
    return { content: [{ type: 'text', text: withCommand(message) }], isError: true };
  }
}
