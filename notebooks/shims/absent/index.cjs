const refuse = () => {
  throw new Error(
    'Here danfojs-node reads no spreadsheets and no addresses: load a table with `readTable` of src/index.ts.',
  );
};
// A function, as request is, whose every property is one too, as xlsx's are.
module.exports = new Proxy(refuse, {
  get: (_, name) => (name === '__esModule' || name === 'then' ? undefined : refuse),
});
