/** What a step, of training or of inference, costs in time, memory and products. */
package io.mulan.benchmark;
