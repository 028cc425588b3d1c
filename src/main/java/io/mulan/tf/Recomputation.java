package io.mulan.tf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tensorflow.proto.NodeDef;

/**
 * Computes the inside of a network's blocks a second time for their gradients, so that only what
 * leaves a block is kept until then (Chen et al. 2016, "Training deep nets with sublinear memory
 * cost").
 *
 * <p>It rewrites a graph that has gradients: what the backward pass takes from inside a block is
 * copied, the copies wait for the gradient that enters the block, and the backward pass takes
 * theirs. The operations are the same, and so are the numbers, up to the last bits.
 *
 * @param block what the names of a block's operations begin with; what only one block uses belongs
 *     to it too
 * @param loss name of the operation whose gradients are in the graph
 * @param seed name of the operation that is the gradient with respect to the loss itself
 */
public record Recomputation(Pattern block, String loss, String seed) {
  private static final String AGAIN = "/again";

  /** Neither computed nor large. */
  private static final Set<String> GIVEN =
      Set.of("Const", "Placeholder", "ReadVariableOp", "VarHandleOp");

  /** The nodes of a graph or of a function, with blocks recomputed where it has the loss. */
  List<NodeDef> of(List<NodeDef> nodes) {
    boolean here = nodes.stream().anyMatch(n -> n.getName().equals(loss));
    return here ? new Rewriting(nodes).rewritten() : nodes;
  }

  private static String again(String name) {
    return name + AGAIN;
  }

  /** The name of what an operation is a copy of; its own name if it is none. */
  static String original(String name) {
    return name.endsWith(AGAIN) ? name.substring(0, name.length() - AGAIN.length()) : name;
  }

  /** The node that an input names; empty for what only orders. */
  private static Optional<String> source(String input) {
    return Nodes.isControl(input) ? Optional.empty() : Optional.of(Nodes.source(input));
  }

  private final class Rewriting {
    private final List<NodeDef> nodes;
    private final Map<String, NodeDef> byName = new HashMap<>();
    private final Map<String, List<String>> users = new HashMap<>();

    /** All names, each after what it is computed from. */
    private final List<String> ordered;

    /** What the loss is computed from. */
    private final Set<String> forward;

    /** What is computed from the seed. */
    private final Set<String> backward;

    private final Map<String, String> blockOf = new HashMap<>();
    private final Set<String> recomputed = new HashSet<>();
    private final Map<String, List<NodeDef>> copiesBefore = new HashMap<>();

    private Rewriting(List<NodeDef> nodes) {
      this.nodes = nodes;
      nodes.forEach(n -> byName.put(n.getName(), n));
      nodes.forEach(n -> sources(n.getName()).forEach(s -> usersOf(s).add(n.getName())));
      ordered = ordered();
      forward = Nodes.reached(Set.of(loss), this::sources);
      backward = Nodes.reached(Set.of(seed), this::usersOf);
      assignBlocks().values().forEach(this::recompute);
    }

    private Set<String> sources(String name) {
      Set<String> sources = new LinkedHashSet<>();
      for (String input : byName.get(name).getInputList()) {
        source(input).filter(byName::containsKey).ifPresent(sources::add);
      }
      return sources;
    }

    private List<String> usersOf(String name) {
      return users.computeIfAbsent(name, n -> new ArrayList<>());
    }

    private List<String> ordered() {
      Map<String, Integer> missing = new HashMap<>();
      Deque<String> ready = new ArrayDeque<>();
      for (NodeDef node : nodes) {
        int count = sources(node.getName()).size();
        missing.put(node.getName(), count);
        if (count == 0) {
          ready.add(node.getName());
        }
      }
      List<String> all = new ArrayList<>();
      while (!ready.isEmpty()) {
        String name = ready.remove();
        all.add(name);
        for (String user : usersOf(name)) {
          if (missing.merge(user, -1, Integer::sum) == 0) {
            ready.add(user);
          }
        }
      }
      return all;
    }

    /** The operations of each block, each after what it is computed from. */
    private Map<String, List<String>> assignBlocks() {
      Map<String, List<String>> blocks = new LinkedHashMap<>();
      for (int i = ordered.size() - 1; i >= 0; i--) {
        String name = ordered.get(i);
        if (forward.contains(name) && !GIVEN.contains(byName.get(name).getOp())) {
          blockOf(name).ifPresent(b -> blockOf.put(name, b));
        }
      }
      for (String name : ordered) {
        if (blockOf.containsKey(name)) {
          blocks.computeIfAbsent(blockOf.get(name), b -> new ArrayList<>()).add(name);
        }
      }
      return blocks;
    }

    private Optional<String> blockOf(String name) {
      Matcher own = block.matcher(name);
      if (own.lookingAt()) {
        return Optional.of(own.group());
      }
      Set<Optional<String>> of =
          usersOf(name).stream()
              .filter(forward::contains)
              .map(user -> Optional.ofNullable(blockOf.get(user)))
              .collect(Collectors.toSet());
      return of.size() == 1 ? of.iterator().next() : Optional.empty();
    }

    private void recompute(List<String> block) {
      String own = blockOf.get(block.get(0));
      Set<String> inside = new HashSet<>();
      for (String name : block) {
        if (usersOf(name).stream()
            .allMatch(user -> !forward.contains(user) || own.equals(blockOf.get(user)))) {
          inside.add(name);
        }
      }
      Set<String> taken = new HashSet<>();
      for (String name : inside) {
        if (usersOf(name).stream().anyMatch(this::takes)) {
          taken.add(name);
        }
      }
      Optional<String> first = firstBackward(taken);
      if (first.isEmpty()) {
        return;
      }
      List<String> waits =
          sources(first.get()).stream().filter(backward::contains).map(Nodes::control).toList();
      Set<String> copied =
          Nodes.reached(taken, name -> sources(name).stream().filter(inside::contains).toList());
      recomputed.addAll(copied);
      List<NodeDef> copies = copiesBefore.computeIfAbsent(first.get(), f -> new ArrayList<>());
      for (String name : block) {
        if (copied.contains(name)) {
          copies.add(copy(byName.get(name), copied, waits));
        }
      }
    }

    /** Whether a node of the gradients needs the value of what it uses. */
    private boolean takes(String user) {
      return !forward.contains(user) && !GraphCost.SHAPES.contains(byName.get(user).getOp());
    }

    /** The first node that needs both a gradient and something of what is taken. */
    private Optional<String> firstBackward(Set<String> taken) {
      Set<String> local = new HashSet<>(taken);
      for (String name : ordered) {
        if (takes(name) && sources(name).stream().anyMatch(local::contains)) {
          if (backward.contains(name)) {
            return Optional.of(name);
          }
          local.add(name);
        }
      }
      return Optional.empty();
    }

    /**
     * A copy waits if none of what it is computed from does. It does not wait twice: TensorFlow
     * aborts at a convolution that waits and feeds nothing but a bias.
     */
    private static NodeDef copy(NodeDef node, Set<String> copied, List<String> waits) {
      NodeDef.Builder copy = redirected(node, copied).setName(again(node.getName()));
      boolean inner =
          node.getInputList().stream()
              .anyMatch(input -> source(input).filter(copied::contains).isPresent());
      return inner ? copy.build() : copy.addAllInput(waits).build();
    }

    private static NodeDef.Builder redirected(NodeDef node, Set<String> copied) {
      NodeDef.Builder redirected = node.toBuilder();
      for (int i = 0; i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        Optional<String> from = source(input).filter(copied::contains);
        if (from.isPresent()) {
          redirected.setInput(i, again(from.get()) + input.substring(from.get().length()));
        }
      }
      return redirected;
    }

    private List<NodeDef> rewritten() {
      List<NodeDef> all = new ArrayList<>();
      for (NodeDef node : nodes) {
        all.addAll(copiesBefore.getOrDefault(node.getName(), List.of()));
        all.add(takes(node.getName()) ? redirected(node, recomputed).build() : node);
      }
      return all;
    }
  }
}
