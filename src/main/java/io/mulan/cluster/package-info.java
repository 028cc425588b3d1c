/**
 * Several processes that work on one task: members, heartbeat, all-reduce, shares of a batch, and
 * starting the processes. Knows no model and no command.
 *
 * <p>Internal: not part of the Java API, which is {@link io.mulan.run}; may change.
 */
package io.mulan.cluster;
