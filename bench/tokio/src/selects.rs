// SPDX-License-Identifier: Apache-2.0

//! select_default, select_ready, select_block.

use crate::Answer;
use tokio::sync::mpsc::{Receiver, Sender, channel};

fn four(capacity: usize) -> (Vec<Sender<i64>>, [Receiver<i64>; 4]) {
    let mut senders = Vec::new();
    let receivers = std::array::from_fn(|_| {
        let (line, end) = channel(capacity);
        senders.push(line);
        end
    });
    (senders, receivers)
}

pub fn default(n: i64) -> Answer {
    Box::pin(async move {
        let (_senders, [mut a, mut b, mut c, mut d]) = four(1);
        let (mut misses, mut sum) = (0, 0);
        for _ in 0..n {
            tokio::select! {
                biased; // only so can the last branch be the default
                v = a.recv() => sum += v.unwrap(),
                v = b.recv() => sum += v.unwrap(),
                v = c.recv() => sum += v.unwrap(),
                v = d.recv() => sum += v.unwrap(),
                _ = std::future::ready(()) => misses += 1,
            }
        }
        misses + sum
    })
}

pub fn ready(n: i64) -> Answer {
    Box::pin(async move {
        let (senders, [mut a, mut b, mut c, mut d]) = four(1);
        let mut sum = 0;
        for i in 0..n {
            senders[(i % 4) as usize].send(i).await.unwrap();
            sum += tokio::select! {
                v = a.recv() => v.unwrap(),
                v = b.recv() => v.unwrap(),
                v = c.recv() => v.unwrap(),
                v = d.recv() => v.unwrap(),
            };
        }
        sum
    })
}

pub fn block(n: i64) -> Answer {
    Box::pin(async move {
        let (senders, [mut a, mut b, mut c, mut d]) = four(1);
        let producer = tokio::spawn(async move {
            for i in 0..n {
                senders[(i % 4) as usize].send(i).await.unwrap();
            }
            senders // open until all has been received
        });
        let mut sum = 0;
        for _ in 0..n {
            sum += tokio::select! {
                v = a.recv() => v.unwrap(),
                v = b.recv() => v.unwrap(),
                v = c.recv() => v.unwrap(),
                v = d.recv() => v.unwrap(),
            };
        }
        drop(producer.await.unwrap());
        sum
    })
}
