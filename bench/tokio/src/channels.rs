// SPDX-License-Identifier: Apache-2.0

//! ping_pong, buffered, same_goroutine, pipeline.

use crate::Answer;
use tokio::sync::mpsc::{Receiver, channel};

pub fn ping_pong(n: i64) -> Answer {
    Box::pin(async move {
        let (ping, mut ping_end) = channel::<i64>(1);
        let (pong, mut pong_end) = channel::<i64>(1);
        tokio::spawn(async move {
            while let Some(i) = ping_end.recv().await {
                pong.send(i + 1).await.unwrap();
            }
        });
        let mut sum = 0;
        for i in 0..n {
            ping.send(i).await.unwrap();
            sum += pong_end.recv().await.unwrap();
        }
        drop(ping);
        if pong_end.recv().await.is_some() { -1 } else { sum }
    })
}

fn source(n: i64) -> Receiver<i64> {
    let (line, end) = channel(128);
    tokio::spawn(async move {
        for i in 0..n {
            line.send(i).await.unwrap();
        }
    });
    end
}

async fn drain(mut line: Receiver<i64>) -> i64 {
    let mut sum = 0;
    while let Some(i) = line.recv().await {
        sum += i;
    }
    sum
}

pub fn buffered(n: i64) -> Answer {
    Box::pin(async move { drain(source(n)).await })
}

pub fn same_task(n: i64) -> Answer {
    Box::pin(async move {
        let (line, mut end) = channel::<i64>(128);
        let mut sum = 0;
        for i in 0..n {
            line.send(i).await.unwrap();
            sum += end.recv().await.unwrap();
        }
        sum
    })
}

pub fn pipeline(n: i64) -> Answer {
    Box::pin(async move {
        let mut input = source(n);
        for _ in 0..3 {
            let (line, end) = channel(128);
            let mut before = std::mem::replace(&mut input, end);
            tokio::spawn(async move {
                while let Some(i) = before.recv().await {
                    line.send(i + 1).await.unwrap();
                }
            });
        }
        drain(input).await
    })
}
