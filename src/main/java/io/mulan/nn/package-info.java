/**
 * Layers, U-Nets and encoders: pure functions of weights and inputs. Each asks its {@link
 * io.mulan.nn.Net} for the weights it needs by name, so that training, moving averages, tests and
 * exported graphs run the same code on weights of their own.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.nn;
