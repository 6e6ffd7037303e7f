// SPDX-License-Identifier: Apache-2.0

//! mutex_uncontended, mutex_8. The lock is tokio's own, whose waiters give their thread to others.

use crate::Answer;
use std::sync::Arc;
use tokio::sync::Mutex;

pub fn uncontended(n: i64) -> Answer {
    Box::pin(async move {
        let shared = Mutex::new(0);
        for _ in 0..n {
            *shared.lock().await += 1;
        }
        shared.into_inner()
    })
}

pub fn eight(n: i64) -> Answer {
    Box::pin(async move {
        let shared = Arc::new(Mutex::new(0));
        let all: Vec<_> = (0..8)
            .map(|_| {
                let shared = shared.clone();
                tokio::spawn(async move {
                    for _ in 0..n / 8 {
                        *shared.lock().await += 1;
                    }
                })
            })
            .collect();
        for one in all {
            one.await.unwrap();
        }
        let counter = *shared.lock().await;
        counter
    })
}
