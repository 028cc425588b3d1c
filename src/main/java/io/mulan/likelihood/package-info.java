/**
 * Likelihoods of a model, with standard errors: the bound, its importance-weighted form, and the
 * log-likelihood by the probability flow. Runs graphs; writes no file.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.likelihood;
