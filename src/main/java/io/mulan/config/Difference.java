package io.mulan.config;

/** A setting that is different in two configurations. */
public record Difference(String key, String left, String right) {}
