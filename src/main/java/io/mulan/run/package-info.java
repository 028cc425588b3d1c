/**
 * A run: its folder, what is written there, and what is done with it: train, evaluate, sample.
 * Other Java programs begin here: see {@link io.mulan.run.TrainedRun}, {@link
 * io.mulan.run.Evaluation} and {@link io.mulan.run.Training}. Prints nothing and never ends the
 * program.
 */
package io.mulan.run;
