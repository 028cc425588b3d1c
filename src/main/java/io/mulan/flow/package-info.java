/**
 * The probability flow: the ordinary differential equation dz/dt whose solutions carry images to
 * noise and back (Song et al., "Score-Based Generative Modeling through Stochastic Differential
 * Equations", 2021, section 4.3), solved by Hipparchus with TensorFlow for its right-hand side.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.flow;
