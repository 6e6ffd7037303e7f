// SPDX-License-Identifier: Apache-2.0

//! skynet, sieve, sleepers. Channels without a buffer have no like: these have one of one.

use crate::Answer;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::Notify;

const CHILDREN: i64 = 10;

fn node(parent: Sender<i64>, number: i64, size: i64) -> Answer {
    Box::pin(async move {
        if size == 1 {
            parent.send(number).await.unwrap();
            return 0;
        }
        let (line, mut end) = channel(1);
        for i in 0..CHILDREN {
            tokio::spawn(node(line.clone(), number + i * (size / CHILDREN), size / CHILDREN));
        }
        let mut sum = 0;
        for _ in 0..CHILDREN {
            sum += end.recv().await.unwrap();
        }
        parent.send(sum).await.unwrap();
        0
    })
}

pub fn skynet(n: i64) -> Answer {
    Box::pin(async move {
        let (top, mut end) = channel(1);
        tokio::spawn(node(top, 0, n));
        end.recv().await.unwrap()
    })
}

fn first_primes(n: i64) -> Vec<i64> {
    let mut found: Vec<i64> = Vec::new();
    let mut i = 2;
    while (found.len() as i64) < n {
        if found.iter().take_while(|p| *p * *p <= i).all(|p| i % p != 0) {
            found.push(i);
        }
        i += 1;
    }
    found
}

pub fn sum_of_primes(n: i64) -> i64 {
    first_primes(n).iter().sum()
}

pub fn sieve(n: i64) -> Answer {
    Box::pin(async move {
        let last = *first_primes(n).last().unwrap();
        let (line, mut input) = channel::<i64>(1);
        tokio::spawn(async move {
            for i in 2..=last {
                line.send(i).await.unwrap();
            }
        });
        let mut sum = 0;
        while let Some(prime) = input.recv().await {
            sum += prime;
            let (line, end) = channel(1);
            let mut before = std::mem::replace(&mut input, end);
            tokio::spawn(async move {
                while let Some(i) = before.recv().await {
                    if i % prime != 0 {
                        line.send(i).await.unwrap();
                    }
                }
            });
        }
        sum
    })
}

pub fn sleepers(n: i64) -> Answer {
    Box::pin(async move {
        let left = Arc::new((AtomicI64::new(n), Notify::new()));
        for _ in 0..n {
            let left = left.clone();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                if left.0.fetch_sub(1, Ordering::AcqRel) == 1 {
                    left.1.notify_one();
                }
            });
        }
        left.1.notified().await;
        n - left.0.load(Ordering::Acquire)
    })
}
