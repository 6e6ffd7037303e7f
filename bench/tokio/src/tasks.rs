// SPDX-License-Identifier: Apache-2.0

//! yield2, yield1000, spawn_million, spawn_join.

use crate::Answer;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::Notify;

async fn yields(tasks: i64, n: i64) -> i64 {
    let each = n / tasks;
    let all: Vec<_> = (0..tasks)
        .map(|_| {
            tokio::spawn(async move {
                let mut done = 0;
                while done < each {
                    tokio::task::yield_now().await;
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut sum = 0;
    for one in all {
        sum += one.await.unwrap();
    }
    sum
}

pub fn yield2(n: i64) -> Answer {
    Box::pin(yields(2, n))
}

pub fn yield1000(n: i64) -> Answer {
    Box::pin(yields(1000, n))
}

/// A count and a notification are the cheapest wait group.
pub fn spawn_million(n: i64) -> Answer {
    Box::pin(async move {
        let left = Arc::new((AtomicI64::new(n), Notify::new()));
        for _ in 0..n {
            let left = left.clone();
            tokio::spawn(async move {
                if left.0.fetch_sub(1, Ordering::AcqRel) == 1 {
                    left.1.notify_one();
                }
            });
        }
        left.1.notified().await;
        n - left.0.load(Ordering::Acquire)
    })
}

pub fn spawn_join(n: i64) -> Answer {
    Box::pin(async move {
        let mut sum = 0;
        for i in 0..n {
            sum += tokio::spawn(async move { i }).await.unwrap();
        }
        sum
    })
}
