/** The training of a model: optimiser, step, loop, run folder, checkpoints. */
package io.mulan.training;
