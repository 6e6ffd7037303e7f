// SPDX-License-Identifier: Apache-2.0

//! The tokio peer: `bench_tokio <workload> [n] [rounds]` does what bench_<workload> of weft does and prints the same line
//! (see ../../harness.hpp). The questions are stated in ../../workloads/<workload>.cpp.
//!
//! The runtime is the one of many threads, with as many as GOMAXPROCS says; also with one, because that is what programs
//! use. What it has no like of: a channel without a buffer (ping_pong, select_block, skynet and sieve use a buffer of one), and several
//! receivers at one channel (buffered_4x4 is left out).

mod channels;
mod locks;
mod selects;
mod tasks;
mod trees;

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

type Answer = Pin<Box<dyn Future<Output = i64> + Send>>;

struct Workload {
    name: &'static str,
    n: i64,        // operations per round unless the caller says otherwise
    multiple: i64, // n is rounded up to a multiple of it
    body: fn(i64) -> Answer,
    expected: fn(i64) -> i64,
}

fn sum_below(n: i64) -> i64 {
    n * (n - 1) / 2
}

fn workloads() -> Vec<Workload> {
    let w = |name, n, multiple, body, expected| Workload { name, n, multiple, body, expected };
    vec![
        w("yield2", 3_000_000, 2, tasks::yield2, |n| n),
        w("yield1000", 3_000_000, 1000, tasks::yield1000, |n| n),
        w("spawn_million", 1_000_000, 1, tasks::spawn_million, |n| n),
        w("spawn_join", 500_000, 1, tasks::spawn_join, sum_below),
        w("ping_pong", 1_000_000, 1, channels::ping_pong, |n| sum_below(n) + n),
        w("buffered", 5_000_000, 1, channels::buffered, sum_below),
        w("same_goroutine", 10_000_000, 1, channels::same_task, sum_below),
        w("pipeline", 1_000_000, 1, channels::pipeline, |n| sum_below(n) + 3 * n),
        w("select_default", 5_000_000, 1, selects::default, |n| n),
        w("select_ready", 3_000_000, 1, selects::ready, sum_below),
        w("select_block", 1_000_000, 1, selects::block, sum_below),
        w("mutex_uncontended", 20_000_000, 1, locks::uncontended, |n| n),
        w("mutex_8", 4_000_000, 8, locks::eight, |n| n),
        w("skynet", 1_000_000, 1, trees::skynet, sum_below),
        w("sieve", 2_000, 1, trees::sieve, trees::sum_of_primes),
        w("sleepers", 1_000_000, 1, trees::sleepers, |n| n),
    ]
}

fn usage() -> ! {
    eprintln!("usage: bench_tokio <workload> [n] [rounds]");
    std::process::exit(2)
}

fn number(text: &str) -> i64 {
    text.parse().ok().filter(|value| *value > 0).unwrap_or_else(|| usage())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        (values[middle - 1] + values[middle]) / 2.0
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() == 2 && arguments[1] == "--list" {
        workloads().iter().for_each(|w| println!("{}", w.name));
        return;
    }
    if arguments.len() < 2 || arguments.len() > 4 {
        usage();
    }
    let all = workloads();
    let w = all.iter().find(|w| w.name == arguments[1]).unwrap_or_else(|| usage());
    let n = arguments.get(2).map_or(w.n, |text| number(text));
    let n = (n + w.multiple - 1) / w.multiple * w.multiple;
    let rounds = arguments.get(3).map_or(1, |text| number(text));
    let workers = std::env::var("GOMAXPROCS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_time().build().unwrap();
    let mut each = Vec::new();
    let mut sum = 0;
    for _ in 0..rounds {
        let begin = Instant::now();
        sum = runtime.block_on(async { tokio::spawn((w.body)(n)).await.unwrap() });
        each.push(begin.elapsed().as_nanos() as f64 / n as f64);
        if sum != (w.expected)(n) {
            eprintln!("{}: the checksum is {}, expected {}", w.name, sum, (w.expected)(n));
            std::process::exit(1);
        }
    }
    println!("{} {} {:.2} {}", w.name, n, median(each), sum);
}
