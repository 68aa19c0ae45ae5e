// The same module that the engine runs on, native or not: no second TensorFlow in the process, and none to install.
module.exports = require('@tensorflow/tfjs');
