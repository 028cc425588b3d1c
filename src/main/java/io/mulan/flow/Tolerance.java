package io.mulan.flow;

/**
 * How exactly each step of the solver has to hold: its estimated error, as a root mean square over
 * the batch, below absolute + relative · |z|. Both above zero.
 */
public record Tolerance(double relative, double absolute) {}
