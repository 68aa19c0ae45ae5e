# The page and the HTTP API of `ser serve`:
#   docker build -t gender-ser . && docker run --rm -p 127.0.0.1:7860:7860 gender-ser
# Built by the same commands as anywhere else; docs/serve.md says how to run it for others.

FROM node:22.20.0-bookworm-slim AS build
WORKDIR /app
# First what changes seldom: sources that change do not install everything again.
COPY package.json package-lock.json ./
# Packages of the project's own that the lock file points to; they are for the notebooks, and pruned below.
COPY notebooks/shims ./notebooks/shims
# No install scripts: they would build native TensorFlow, which only training takes, and fetch libraries for graphics cards.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/copy-page.mjs ./scripts/
COPY src ./src
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22.20.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# Owned by root: the server can read itself, not change itself.
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE NOTICE ./
COPY models ./models
USER node
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7860/api/v1/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Asked by another name than localhost, it needs `--allowed-host NAME` behind the image's name.
# Without npm in between, which would not hand on the SIGTERM of `docker stop`.
ENTRYPOINT ["node", "dist/cli.js", "serve", "--host", "0.0.0.0", "--port", "7860"]
