/**
 * Likelihoods of a model, with standard errors: the bound, its importance-weighted form, and the
 * log-likelihood by the probability flow. Runs graphs; writes no file.
 */
package io.mulan.likelihood;
