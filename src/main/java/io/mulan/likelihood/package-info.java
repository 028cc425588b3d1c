/** Likelihoods of a model: how they are measured, with their standard errors. */
package io.mulan.likelihood;
