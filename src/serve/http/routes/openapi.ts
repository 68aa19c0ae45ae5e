import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { EmotionModels } from '../../predict/emotionModels.ts';
import { VERSION } from '../../../version.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The request body for the documentation, by content type; it is not JSON, so no schema validates it. */
    body?: Record<string, object>;
    /** Whether the route requires the token, if there is one. */
    protected?: boolean;
  }
}

/** Policy of the documentation page, which, unlike ours, uses inline styles. */
const DOCS_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

/** `/openapi.json`, generated from the schemas of the routes, and `/docs`, which displays it. Register it before the routes. */
export async function openapi(
  app: FastifyInstance,
  { name, licence }: EmotionModels['family'],
  hasToken: boolean,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'gender-ser',
        version: VERSION,
        description:
          `Speech emotion recognition by the gender of the voice, with the models "${name}": ${licence.text}. They were trained on acted ` +
          'emotions: not for clinical use, hiring or surveillance.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      ...(hasToken && { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } }),
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => (typeof $id === 'string' ? $id : `def-${i}`),
    },
    transform: ({ schema, url, route }) => {
      const { body, protected: isProtected } = route.config ?? {};
      return {
        url,
        schema: {
          ...schema,
          ...(body && { body: { content: body } }),
          ...(hasToken && isProtected && { security: [{ token: [] }] }),
        },
      };
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'gender-ser: HTTP API' },
    staticCSP: DOCS_POLICY,
  });
  app.get('/openapi.json', { schema: { hide: true }, handler: async () => app.swagger() });
}
