"""A worker of lanes-bench for the frameworks that are used from Python: JAX, PyTorch, TensorFlow.

    python3 frameworks.py jax|torch|tensorflow <threads>

It speaks the lines of lanes-peer (Sources/lanes-peer/main.c): a request makes work ready, `run <calls>` times it, `result`
hands back what the first run computed.

    function <name> <count> <least> <range>
    cross-entropy <rows> <columns>       mean loss and its gradient by the logits; the result is the gradient
    linear-cross-entropy <rows> <inner> <columns>
                                         mean loss of x·w and its gradients by x and w; the result is the one by x
    adam <count>                         one step; the result is the parameters after the first
"""

import ctypes
import os
import signal
import sys
import time

# Only so many processors: the frameworks' pools take as many threads as there are. Before any of them is imported.
name, threads = sys.argv[1], int(sys.argv[2])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
# A stopped worker would outlive a harness that is killed.
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
# Frameworks print where they like, of GPUs that are missing above all; the harness reads only answers.
answers = os.fdopen(os.dup(1), "wb")
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 1)
os.dup2(nowhere, 2)

import numpy as np

RATE, BETA1, BETA2, EPSILON = 0.001, 0.9, 0.999, 1e-8


def numbers(count):
    """The harness's FixedNumbers from seed 1: SplitMix64 in [0, 1)."""
    with np.errstate(over="ignore"):
        word = np.uint64(1) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word ^= word >> np.uint64(31)
    return (word >> np.uint64(40)).astype(np.float32) / np.float32(1 << 24)


def logits_and_labels(rows, columns):
    own = numbers(rows * columns + rows)
    labels = np.minimum((own[rows * columns :] * np.float32(columns)).astype(np.int32), columns - 1)
    return 8 * own[: rows * columns].reshape(rows, columns) - 4, labels


def layer_and_labels(rows, inner, columns):
    own = numbers(rows * inner + inner * columns + rows)
    x, w, labels = np.split(own, [rows * inner, rows * inner + inner * columns])
    labels = np.minimum((labels * np.float32(columns)).astype(np.int32), columns - 1)
    return (2 * x - 1).reshape(rows, inner), (2 * w - 1).reshape(inner, columns) * np.float32(0.0625), labels


def parameters_and_gradient(count):
    own = numbers(2 * count)
    return 2 * own[:count] - 1, own[count:] + np.float32(0.1)


class Jax:
    """What is compiled is one call: XLA fuses within it."""

    def __init__(self):
        import jax

        self.jax = jax
        self.version = f"{jax.__version__}, {jax.default_backend()}, {threads} threads"

    def function(self, function, x):
        jax = self.jax
        known = {
            "gelu": lambda x: jax.nn.gelu(x, approximate=False),
            "geluTanh": jax.nn.gelu,
            "erf": jax.scipy.special.erf,
        }
        found = known.get(function) or getattr(jax.nn, function, None) or getattr(jax.numpy, function, None)
        if found is None:
            return None
        compiled, x = jax.jit(found), jax.numpy.asarray(x)
        return lambda: compiled(x).block_until_ready()

    def cross_entropy(self, logits, labels):
        jax, jnp = self.jax, self.jax.numpy

        compiled, logits, labels = jax.jit(jax.value_and_grad(self.loss)), jnp.asarray(logits), jnp.asarray(labels)
        return lambda: jax.block_until_ready(compiled(logits, labels))[1]

    def loss(self, logits, labels):
        picked = self.jax.numpy.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
        return self.jax.numpy.mean(self.jax.nn.logsumexp(logits, axis=1) - picked)

    def linear_cross_entropy(self, x, w, labels):
        jax, jnp = self.jax, self.jax.numpy
        compiled = jax.jit(jax.value_and_grad(lambda x, w, labels: self.loss(x @ w, labels), argnums=(0, 1)))
        x, w, labels = jnp.asarray(x), jnp.asarray(w), jnp.asarray(labels)
        return lambda: jax.block_until_ready(compiled(x, w, labels))[1][0]

    def adam(self, parameter, gradient):
        jax, jnp = self.jax, self.jax.numpy

        def step(p, m, v, t, g):
            t = t + 1
            m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g * g
            p = p - RATE * (m / (1 - BETA1**t)) / (jnp.sqrt(v / (1 - BETA2**t)) + EPSILON)
            return p, m, v, t

        compiled = jax.jit(step, donate_argnums=(0, 1, 2, 3))
        zeros = np.zeros_like(parameter)
        state = [jnp.array(parameter), jnp.array(zeros), jnp.array(zeros), jnp.float32(0)]
        gradient = jnp.asarray(gradient)

        def run():
            state[:] = jax.block_until_ready(compiled(*state, gradient))
            return state[0]

        return run


class Torch:
    def __init__(self):
        import torch

        torch.set_num_threads(threads)
        self.torch = torch
        isa = torch.backends.cpu.get_cpu_capability()
        self.version = f"{torch.__version__}, {isa}, {torch.get_num_threads()} threads"

    def function(self, function, x):
        torch = self.torch
        functional = torch.nn.functional
        known = {
            "geluTanh": lambda x: functional.gelu(x, approximate="tanh"),
            "relu": torch.relu,
        }
        found = known.get(function) or getattr(torch, function, None) or getattr(functional, function, None)
        x = torch.from_numpy(x)
        if found is None:
            return None

        def run():
            with torch.no_grad():
                return found(x)

        return run

    def cross_entropy(self, logits, labels):
        torch = self.torch
        logits, labels = torch.from_numpy(logits).requires_grad_(), torch.from_numpy(labels.astype(np.int64))

        def run():
            logits.grad = None
            torch.nn.functional.cross_entropy(logits, labels).backward()
            return logits.grad

        return run

    def linear_cross_entropy(self, x, w, labels):
        torch = self.torch
        x, w = torch.from_numpy(x).requires_grad_(), torch.from_numpy(w).requires_grad_()
        labels = torch.from_numpy(labels.astype(np.int64))

        def run():
            x.grad = w.grad = None
            torch.nn.functional.cross_entropy(x @ w, labels).backward()
            return x.grad

        return run

    def adam(self, parameter, gradient):
        torch = self.torch
        parameter = torch.nn.Parameter(torch.from_numpy(parameter))
        parameter.grad = torch.from_numpy(gradient)
        optimizer = torch.optim.Adam([parameter], lr=RATE, betas=(BETA1, BETA2), eps=EPSILON, fused=True)

        def run():
            optimizer.step()
            return parameter.detach()

        return run


class TensorFlow:
    def __init__(self):
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.tf = tf
        self.version = f"{tf.__version__}, {threads} threads"

    def function(self, function, x):
        tf = self.tf
        known = {"gelu": lambda x: tf.nn.gelu(x), "geluTanh": lambda x: tf.nn.gelu(x, approximate=True)}
        found = known.get(function) or getattr(tf.math, function, None) or getattr(tf.nn, function, None)
        if found is None:
            return None
        compiled, x = tf.function(found), tf.constant(x)
        return lambda: compiled(x)

    def cross_entropy(self, logits, labels):
        tf = self.tf

        @tf.function
        def compiled(logits, labels):
            with tf.GradientTape() as tape:
                tape.watch(logits)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
                loss = tf.reduce_mean(losses)
            return loss, tape.gradient(loss, logits)

        logits, labels = tf.constant(logits), tf.constant(labels)

        def run():
            loss, gradient = compiled(logits, labels)
            return gradient

        return run

    def linear_cross_entropy(self, x, w, labels):
        tf = self.tf

        @tf.function
        def compiled(x, w, labels):
            with tf.GradientTape() as tape:
                tape.watch([x, w])
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=tf.matmul(x, w))
                loss = tf.reduce_mean(losses)
            return loss, tape.gradient(loss, [x, w])

        x, w, labels = tf.constant(x), tf.constant(w), tf.constant(labels)
        return lambda: compiled(x, w, labels)[1][0]

    def adam(self, parameter, gradient):
        tf = self.tf
        zeros = np.zeros_like(parameter)
        p, m, v = tf.Variable(parameter), tf.Variable(zeros), tf.Variable(zeros)
        b1, b2, gradient = tf.Variable(BETA1), tf.Variable(BETA2), tf.constant(gradient)

        @tf.function
        def run():
            tf.raw_ops.ResourceApplyAdam(
                var=p.handle, m=m.handle, v=v.handle, beta1_power=b1, beta2_power=b2, lr=RATE, beta1=BETA1,
                beta2=BETA2, epsilon=EPSILON, grad=gradient)
            b1.assign(b1 * BETA1)
            b2.assign(b2 * BETA2)

        def run_and_show():
            run()
            return p

        return run_and_show


def prepare(framework, words):
    kind, sizes = words[0], words[1:]
    if kind == "function":
        function, count, least, width = sizes[0], int(sizes[1]), np.float32(sizes[2]), np.float32(sizes[3])
        return framework.function(function, least + width * numbers(count))
    if kind == "cross-entropy":
        return framework.cross_entropy(*logits_and_labels(int(sizes[0]), int(sizes[1])))
    if kind == "linear-cross-entropy":
        return framework.linear_cross_entropy(*layer_and_labels(*map(int, sizes)))
    if kind == "adam":
        return framework.adam(*parameters_and_gradient(int(sizes[0])))
    return None


def answer(text, more=b""):
    answers.write(text.encode() + b"\n" + more)
    answers.flush()


def main():
    try:
        framework = {"jax": Jax, "torch": Torch, "tensorflow": TensorFlow}[name]()
    except Exception as error:  # a framework that is missing or broken
        return answer(f"no {error}".replace("\n", " "))
    answer(f"ready {framework.version}")
    work, first = None, None
    for line in iter(sys.stdin.readline, ""):
        words = line.split()
        if words[0] == "run" and work:
            calls, start = int(words[1]), time.perf_counter()
            for _ in range(calls):
                output = work()
            seconds = time.perf_counter() - start
            # Pools larger than the processors wait for themselves: only the contenders beside it tell of other programs.
            answer(f"{seconds:.9e} 0")
            if first is None:
                first = np.array(output.numpy() if hasattr(output, "numpy") else output)
            del output
        elif words[0] == "result" and first is not None:
            answer(str(first.size), first.tobytes())
        else:
            try:
                work, first = prepare(framework, words), None
                answer("ready" if work else f"no {line.strip()} here")
            except Exception as error:  # whatever a framework raises is an answer, not the end
                work = None
                answer(f"no {error}".replace("\n", " "))


main()
