package io.mulan.report;

/**
 * A plot of a collection.
 *
 * @param name of its files, without extension
 * @param caption what it shows, in a sentence
 */
public record NamedPlot(String name, String caption, Plot plot) {}
