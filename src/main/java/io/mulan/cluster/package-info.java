/**
 * Several processes that work on one task: members, heartbeat, all-reduce, shares of a batch and of
 * batches, and starting the processes. Knows no model and no command.
 */
package io.mulan.cluster;
