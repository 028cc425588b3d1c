/**
 * The training of a model: optimiser, step, loop, checkpoints. Knows no run folder and nothing of
 * what a person sees.
 */
package io.mulan.training;
